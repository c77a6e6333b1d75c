import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/institution/:id', name: 'institution', component: () => import('./InstitutionPage.vue'), meta: { title: 'palette_kind.institution', parent: 'institutions' } },
]
