// What each kind of document is made from.
import type { Schemas } from '@/api/client'

export type DocumentKind = Schemas['DocumentKind']
export type DocumentNeed = 'case' | 'opinion' | 'decision' | 'institution' | 'month' | 'quarter' | 'text'
export const kDocumentNeeds: Record<DocumentKind, readonly DocumentNeed[]> = {
  review_opinion: ['opinion'], reminder: ['decision', 'text'], notice: ['case', 'text'], decision: ['decision'], penalty_notice: ['decision', 'text'], hearing_notice: ['decision', 'text'], monthly_table: ['month'], quarterly_bulletin: ['quarter', 'text'],
  interview_notice: ['case', 'text'], transfer_letter: ['case', 'text'],
}
export const kKinds = Object.keys(kDocumentNeeds) as DocumentKind[]
// What is told before a penalty is about a decision that is still a draft.
export const kNotices: readonly DocumentKind[] = ['penalty_notice', 'hearing_notice']
// Those of a case, and those of a period.
export const kCaseKinds = kKinds.filter((kind) => !kDocumentNeeds[kind].some((need) => need === 'month' || need === 'quarter'))
export const kPeriodKinds = kKinds.filter((kind) => !kCaseKinds.includes(kind))

// The last whole month and the last whole quarter before a day.
export function lastMonth(day: string): string {
  const [year, month] = day.split('-').map(Number) as [number, number]
  return month === 1 ? `${year - 1}-12` : `${year}-${String(month - 1).padStart(2, '0')}`
}
export function lastQuarter(day: string): string {
  const [year, month] = day.split('-').map(Number) as [number, number]
  const quarter = Math.ceil(month / 3)
  return quarter === 1 ? `${year - 1}-Q4` : `${year}-Q${quarter - 1}`
}
export function quartersBefore(day: string, count: number): string[] {
  const quarters: string[] = []
  let [year, quarter] = lastQuarter(day).split('-Q').map(Number) as [number, number]
  while (quarters.length < count) {
    quarters.push(`${year}-Q${quarter}`)
    if (--quarter === 0) [year, quarter] = [year - 1, 4]
  }
  return quarters
}
