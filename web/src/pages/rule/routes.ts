import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/rule/:id', name: 'rule', component: () => import('./RulePage.vue'), meta: { title: 'palette_kind.rule', parent: 'rules' } },
]
