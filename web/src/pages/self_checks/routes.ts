import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/self-checks', name: 'self_checks', component: () => import('./SelfChecksPage.vue'), meta: { title: 'nav.self_checks' } },
  { path: '/self-checks/:id', name: 'self_check', component: () => import('./SelfCheckPage.vue'), meta: { title: 'self_checks.page', parent: 'self_checks' } },
]
