import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  { path: '/approvals', name: 'approvals', component: () => import('./ApprovalsPage.vue'), meta: { title: 'nav.approvals' } },
  { path: '/approvals/:id', name: 'approval', component: () => import('./ApprovalPage.vue'), meta: { title: 'approval.page', parent: 'approvals' } },
]
