import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/rules', name: 'rules', component: () => import('./RulesPage.vue'), meta: { title: 'nav.rules' } },
]
