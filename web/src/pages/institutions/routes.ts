import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/institutions', name: 'institutions', component: () => import('./InstitutionsPage.vue'), meta: { title: 'nav.institutions' } },
]
