import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign_in', component: () => import('./SignInPage.vue'), meta: { title: 'sign_in.title', open: true, bare: true } },
]
