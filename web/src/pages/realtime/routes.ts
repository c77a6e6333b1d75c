import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/realtime', name: 'realtime', component: () => import('./MonitorPage.vue'), meta: { title: 'nav.realtime' } },
  { path: '/realtime/acceptance', name: 'realtime_acceptance', component: () => import('./AcceptancePage.vue'), meta: { title: 'nav.realtime_acceptance' } },
  { path: '/realtime/requests', name: 'realtime_requests', component: () => import('./RequestsPage.vue'), meta: { title: 'nav.realtime_requests' } },
  { path: '/realtime/requests/:id', name: 'realtime_request', component: () => import('./RequestPage.vue'), meta: { title: 'nav.realtime_request', parent: 'realtime_requests' } },
  { path: '/realtime/try', name: 'realtime_try', component: () => import('./TryPage.vue'), meta: { title: 'nav.realtime_try' } },
]
