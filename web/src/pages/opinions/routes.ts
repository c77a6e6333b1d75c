import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/opinions', name: 'opinions', component: () => import('./OpinionsPage.vue'), meta: { title: 'nav.opinions' } },
  { path: '/opinions/:id', name: 'opinion', component: () => import('./OpinionPage.vue'), meta: { title: 'opinions.page', parent: 'opinions' } },
]
