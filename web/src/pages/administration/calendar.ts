// A year of days off and make-up days. A plain weekday works, a weekend does not, until the table says otherwise.
import type { Schemas } from '@/api/client'

export type Holiday = Schemas['Holiday']
export interface Day {
  day: string
  number: number
  weekend: boolean
}
export const weekdayOf = (day: string) => new Date(`${day}T00:00:00Z`).getUTCDay()

// The weeks' grid of a month, Monday first; null before its first day.
export function monthGrid(year: number, month: number): (Day | null)[] {
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const cells: (Day | null)[] = []
  for (let number = 1; number <= days; number++) {
    const day = `${year}-${String(month).padStart(2, '0')}-${String(number).padStart(2, '0')}`
    const weekday = weekdayOf(day)
    if (number === 1) cells.push(...Array<null>((weekday + 6) % 7).fill(null))
    cells.push({ day, number, weekend: weekday === 0 || weekday === 6 })
  }
  return cells
}
// One press turns a day into its opposite, the next one takes that back.
export function turned(days: readonly Holiday[], day: string, name: string): Holiday[] {
  if (days.some((one) => one.day === day)) return days.filter((one) => one.day !== day)
  const weekend = [0, 6].includes(weekdayOf(day))
  return [...days, { day, kind: weekend ? ('work' as const) : ('off' as const), name }].sort((a, b) => a.day.localeCompare(b.day))
}
