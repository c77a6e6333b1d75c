// Periods a leader asks for, as whole months: from the first day of one to the first day after the last.
export const kPeriods = ['all', 'month', 'quarter', 'year', 'custom'] as const
export type PeriodName = (typeof kPeriods)[number]

const two = (n: number) => String(n).padStart(2, '0')
const firstOf = (year: number, month: number) => {
  const moved = new Date(Date.UTC(year, month, 1))
  return `${moved.getUTCFullYear()}-${two(moved.getUTCMonth() + 1)}-01`
}

// Months somebody chose, both included ("2026-03"), as the server wants them; what is no month is left out.
export function monthsOf(from: string, last: string): { from?: string; until?: string } {
  const parts = (month: string) => (/^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? (month.split('-').map(Number) as [number, number]) : null)
  const [begin, end] = [parts(from), parts(last)]
  return { ...(begin ? { from: firstOf(begin[0], begin[1] - 1) } : {}), ...(end ? { until: firstOf(end[0], end[1]) } : {}) }
}

// today: a civil day of the fund's zone.
export function periodOf(name: PeriodName, today: string): { from?: string; until?: string } {
  const [year, month] = today.split('-').map(Number) as [number, number]
  switch (name) {
    case 'month': return { from: firstOf(year, month - 1), until: firstOf(year, month) }
    case 'quarter': {
      const start = Math.floor((month - 1) / 3) * 3
      return { from: firstOf(year, start), until: firstOf(year, start + 3) }
    }
    case 'year': return { from: firstOf(year, 0), until: firstOf(year, 12) }
    default: return {}
  }
}
