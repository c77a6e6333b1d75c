import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/callers', name: 'callers', component: () => import('./CallersPage.vue'), meta: { title: 'nav.callers' } },
]
