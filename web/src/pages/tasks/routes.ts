import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/tasks', name: 'tasks', component: () => import('./TasksPage.vue'), meta: { title: 'nav.tasks' } },
  { path: '/tasks/:id', name: 'task', component: () => import('./TaskPage.vue'), meta: { title: 'tasks.page', parent: 'tasks' } },
]
