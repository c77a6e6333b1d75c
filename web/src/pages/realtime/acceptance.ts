// Rates of the acceptance report. 提醒采纳率 is changed of answered; what was never answered counts in neither.
import type { Schemas } from '@/api/client'

export type AcceptanceRow = Schemas['AcceptanceRow']
// With the rate as a column to sort by; null where nothing was answered.
export type RatedRow = AcceptanceRow & { rate: number | null; without_reason: number; label: string }

export const kBys = ['institution', 'department', 'doctor', 'rule', 'month'] as const
export type By = (typeof kBys)[number]

export function rateOf(row: Pick<AcceptanceRow, 'answered' | 'changed'>): number | null {
  return row.answered > 0 ? row.changed / row.answered : null
}

export function rated(rows: readonly AcceptanceRow[], label: (row: AcceptanceRow) => string): RatedRow[] {
  return rows.map((row) => ({ ...row, rate: rateOf(row), without_reason: row.carried_on - row.with_reason, label: label(row) }))
}

// Months in order, whatever order the server has.
export function trendOf(rows: readonly AcceptanceRow[]): { months: string[]; rates: (number | null)[] } {
  const sorted = [...rows].sort((a, b) => a.key.localeCompare(b.key))
  return { months: sorted.map((row) => row.key), rates: sorted.map(rateOf) }
}
