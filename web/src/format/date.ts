// Days and times as the fund's zone has them, whatever zone the reader's machine is in.
import { kNothing } from './money'

export const kZone = 'Asia/Shanghai'

const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: kZone,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

function fields(instant: Date): Record<string, string> {
  return Object.fromEntries(parts.formatToParts(instant).map((p) => [p.type, p.value]))
}

function parse(value: string | number | Date): Date | null {
  const date = value instanceof Date ? value : new Date(value)
  return Number.isNaN(date.getTime()) ? null : date
}

// 2024-03-05. A plain day is shown as it is: it has no zone.
export function formatDay(value: string | number | Date | null | undefined): string {
  if (value == null || value === '') return kNothing
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)) return value
  const date = parse(value)
  if (!date) return String(value)
  const f = fields(date)
  return `${f.year}-${f.month}-${f.day}`
}

// 2024-03-05 08:15; with seconds where order within a minute matters.
export function formatTime(value: string | number | Date | null | undefined, seconds = false): string {
  if (value == null || value === '') return kNothing
  const date = parse(value)
  if (!date) return String(value)
  const f = fields(date)
  return `${f.year}-${f.month}-${f.day} ${f.hour}:${f.minute}${seconds ? `:${f.second}` : ''}`
}

// Milliseconds of a time or of the first moment of a day in the fund's zone, which has had no summer time since 1991.
export function toMillis(value: string): number {
  return Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00+08:00` : value)
}

// Whole days from one day to another; negative when the second is earlier.
export function daysBetween(from: string, until: string): number {
  return Math.round((toMillis(formatDay(until)) - toMillis(formatDay(from))) / 86_400_000)
}
