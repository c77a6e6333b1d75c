// What may wait for a person, and where one press leads. A card is shown when the server counted it and its page is there;
// which counts a person gets is the server's decision by role.
import type { LocationQueryRaw } from 'vue-router'

export interface WorkCard {
  count: string
  route: string
  query?: LocationQueryRaw
  // Late things are drawn as such when there are any.
  urgent?: boolean
}

export const kCards: readonly WorkCard[] = [
  { count: 'overdue', route: 'cases', query: { overdue: 'true' }, urgent: true },
  { count: 'due_today', route: 'cases', query: { sort: 'due' }, urgent: true },
  { count: 'my_approvals', route: 'approvals' },
  { count: 'my_clues', route: 'clues', query: { view: 'mine' } },
  { count: 'pool_clues', route: 'clues', query: { view: 'pool' } },
  { count: 'my_tasks', route: 'tasks' },
  { count: 'my_opinions', route: 'opinions' },
  { count: 'my_appeals', route: 'appeals' },
  { count: 'my_self_checks', route: 'self_checks' },
  { count: 'messages', route: 'account' },
]

export interface ShownCard extends WorkCard {
  number: number
}

// Deadlines lead to cases; who has no cases (an institution, an expert) reads them below.
export function cardsFor(counts: Readonly<Record<string, number>>, mayGo: (route: string) => boolean): ShownCard[] {
  return kCards.filter((card) => counts[card.count] !== undefined && mayGo(card.route)).map((card) => ({ ...card, number: counts[card.count]! }))
}
