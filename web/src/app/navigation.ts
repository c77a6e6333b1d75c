// The side menu: one table. An entry is shown to the roles it names, and only when its page is part of this build.
import {
  AlarmClock, Aim, Briefcase, ChatLineSquare, CircleCheck, Connection, DataAnalysis, DataBoard, Document, EditPen, Files, House, Key, List,
  Lock, Money, Monitor, Odometer, OfficeBuilding, Search, Setting, Stamp, Tickets, TrendCharts,
} from '@element-plus/icons-vue'
import type { Component } from 'vue'
import type { Role } from '@/stores/session'

export interface NavEntry {
  route: string
  icon: Component
  roles: readonly Role[]
  // Keys after g, for a keyboard's reader.
  jump?: string
}
export interface NavGroup {
  title: string
  entries: readonly NavEntry[]
}

const kApprovers = ['approver_1', 'approver_2', 'approver_3', 'approver_4'] as const
const kBureau = ['auditor', 'representative', 'inspector', ...kApprovers, 'analyst'] as const

export const kNavigation: readonly NavGroup[] = [
  {
    title: 'work',
    entries: [
      { route: 'home', icon: House, roles: [...kBureau, 'institution', 'expert', 'operator'], jump: 'h' },
      { route: 'overview', icon: DataBoard, roles: ['auditor', 'inspector', ...kApprovers, 'analyst'], jump: 'o' },
      { route: 'clues', icon: Search, roles: kBureau, jump: 'c' },
      { route: 'tasks', icon: List, roles: ['representative', 'auditor', 'inspector'], jump: 't' },
      { route: 'cases', icon: Briefcase, roles: ['auditor', 'inspector', ...kApprovers], jump: 's' },
      { route: 'approvals', icon: Stamp, roles: kApprovers, jump: 'a' },
      { route: 'appeals', icon: ChatLineSquare, roles: ['expert', 'auditor', 'inspector'] },
      { route: 'deadlines', icon: AlarmClock, roles: [...kBureau, 'institution', 'expert'], jump: 'e' },
    ],
  },
  {
    title: 'own',
    entries: [
      { route: 'opinions', icon: EditPen, roles: ['institution'], jump: 'c' },
      { route: 'self_checks', icon: CircleCheck, roles: ['institution', 'auditor', 'inspector'] },
    ],
  },
  {
    title: 'realtime',
    entries: [
      { route: 'realtime', icon: Odometer, roles: [...kBureau, 'operator'], jump: 'm' },
      { route: 'realtime_acceptance', icon: TrendCharts, roles: [...kBureau, 'institution'] },
      { route: 'realtime_requests', icon: Connection, roles: [...kBureau, 'institution'], jump: 'q' },
      { route: 'realtime_try', icon: Aim, roles: [...kBureau, 'institution'], jump: 'y' },
    ],
  },
  {
    title: 'subjects',
    entries: [
      { route: 'institutions', icon: OfficeBuilding, roles: kBureau, jump: 'i' },
      { route: 'rules', icon: Tickets, roles: kBureau, jump: 'r' },
    ],
  },
  {
    title: 'money',
    entries: [
      { route: 'ledger', icon: Money, roles: kBureau, jump: 'l' },
      { route: 'documents', icon: Document, roles: [...kBureau, 'institution'], jump: 'd' },
      { route: 'statistics', icon: DataAnalysis, roles: [...kApprovers, 'analyst'] },
    ],
  },
  {
    title: 'system',
    entries: [
      { route: 'trail', icon: Files, roles: ['operator', 'approver_3', 'approver_4'] },
      { route: 'users', icon: Lock, roles: ['operator'] },
      { route: 'callers', icon: Key, roles: ['operator', 'approver_4'] },
      { route: 'administration', icon: Setting, roles: ['operator', 'approver_4'] },
      { route: 'system', icon: Monitor, roles: ['operator'] },
    ],
  },
]

export function navigationFor(roles: readonly Role[], hasRoute: (name: string) => boolean): NavGroup[] {
  return kNavigation
    .map((group) => ({
      ...group,
      entries: group.entries.filter((e) => hasRoute(e.route) && e.roles.some((role) => roles.includes(role))),
    }))
    .filter((group) => group.entries.length > 0)
}
