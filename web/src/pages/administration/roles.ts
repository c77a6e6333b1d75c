import type { Schemas } from '@/api/client'

export const kRoles: readonly Schemas['Role'][] = ['auditor', 'representative', 'inspector', 'approver_1', 'approver_2', 'approver_3', 'approver_4', 'analyst', 'institution', 'expert', 'operator']
