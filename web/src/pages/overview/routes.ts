import type { RouteRecordRaw } from 'vue-router'

// The wall is the same page without bars, for a display that nobody touches.
export const routes: RouteRecordRaw[] = [
  { path: '/overview', name: 'overview', component: () => import('./OverviewPage.vue'), meta: { title: 'nav.overview' } },
  { path: '/overview/wall', name: 'overview_wall', component: () => import('./OverviewPage.vue'), meta: { title: 'nav.overview', bare: true } },
]
