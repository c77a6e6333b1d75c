import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/clue/:id', name: 'clue', component: () => import('./CluePage.vue'), meta: { title: 'palette_kind.clue', parent: 'clues' } },
]
