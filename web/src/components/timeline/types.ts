import type { Schemas } from '@/api/client'

export type Timeline = Schemas['Timeline']
export type TimelineVisit = Schemas['TimelineVisit']
export type TimelineLine = Timeline['lines'][number]
export type TimelineFinding = Timeline['findings'][number]

// The server's answer has no settlements yet; a page that knows them hands them in.
export interface TimelineSettlement {
  id: string
  visit: string
  at: string
  amount_fen: number
  fund_fen: number
}

// What the dots' height means.
export type LineAxis = 'category' | 'amount'

// Half-open, in milliseconds.
export interface Period {
  from: number
  until: number
}
