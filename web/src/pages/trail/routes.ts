import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/trail', name: 'trail', component: () => import('./TrailPage.vue'), meta: { title: 'nav.trail' } },
]
