import type { RouteRecordRaw } from 'vue-router'

// The address carries the person_ref, a keyed hash: never the person's number.
export const routes: RouteRecordRaw[] = [
  { path: '/person/:id', name: 'person', component: () => import('./PersonPage.vue'), meta: { title: 'subject_kind.person', parent: 'clues' } },
]
