// A case's life as a line of stations, and who waits for whom at each.
import type { Schemas } from '@/api/client'

export type CaseState = Schemas['CaseState']
export type Waits = 'handler' | 'checker' | 'institution' | 'expert' | 'approver' | 'payer' | 'nobody'

export const kStations = ['filed', 'verifying', 'opinion', 'answering', 'reviewing', 'deciding', 'approving', 'decided', 'executing', 'closed'] as const
export interface Station {
  state: CaseState
  when: 'done' | 'now' | 'later'
}

// An appeal is a stop between review and decision, shown only while it lasts. A case that was transferred or ended left the line: the
// stations behind it are not known from its state, so only its end is drawn after the first.
export function lifeOf(state: CaseState): Station[] {
  if (state === 'transferred' || state === 'ended') return [{ state: 'filed', when: 'done' }, { state, when: 'now' }]
  const line: CaseState[] = [...kStations]
  if (state === 'appealed') line.splice(line.indexOf('deciding'), 0, 'appealed')
  const at = line.indexOf(state)
  return line.map((station, i) => ({ state: station, when: i < at ? 'done' : i > at ? 'later' : 'now' }))
}

export function waitsFor(state: CaseState): Waits {
  switch (state) {
    case 'verifying': return 'checker'
    case 'answering': return 'institution'
    case 'appealed': return 'expert'
    case 'approving': return 'approver'
    case 'executing': return 'payer'
    case 'closed': case 'transferred': case 'ended': return 'nobody'
    default: return 'handler'
  }
}
