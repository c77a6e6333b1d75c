import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/deadlines', name: 'deadlines', component: () => import('./DeadlinesPage.vue'), meta: { title: 'nav.deadlines' } },
]
