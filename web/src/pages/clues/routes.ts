import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/clues', name: 'clues', component: () => import('./CluesPage.vue'), meta: { title: 'nav.clues' } },
]
