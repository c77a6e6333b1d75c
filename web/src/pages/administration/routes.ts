import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/users', name: 'users', component: () => import('./UsersPage.vue'), meta: { title: 'nav.users' } },
  { path: '/users/:id', name: 'user', redirect: (to) => ({ name: 'users', query: { user: String(to.params['id']) } }), meta: { title: 'nav.users', parent: 'users' } },
  { path: '/administration', name: 'administration', component: () => import('./AdministrationPage.vue'), meta: { title: 'nav.administration' } },
  { path: '/system', name: 'system', component: () => import('./SystemPage.vue'), meta: { title: 'nav.system' } },
]
