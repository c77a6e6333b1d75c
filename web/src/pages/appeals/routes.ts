import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/appeals', name: 'appeals', component: () => import('./AppealsPage.vue'), meta: { title: 'nav.appeals' } },
  { path: '/appeals/:id', name: 'appeal', component: () => import('./AppealPage.vue'), meta: { title: 'appeals.page', parent: 'appeals' } },
]
