// The window of time in view: zooming, panning, ticks. Pure functions over milliseconds.
//
// Civil fields are those of the fund's zone, which is UTC+8 the whole year: shifting by eight hours and reading UTC
// fields is exact for every day a fund has data of.
import type { Period } from './types'

export const kDayMs = 86_400_000
const kZoneMs = 8 * 3_600_000
// Ten minutes across the screen is as close as anybody needs to look.
export const kSpanMinMs = 600_000

export const span = (period: Period) => period.until - period.from

// Keeps a window inside the whole without changing its length unless it must.
export function clampTo(period: Period, whole: Period): Period {
  const length = Math.min(Math.max(span(period), Math.min(kSpanMinMs, span(whole))), span(whole))
  const from = Math.min(Math.max(period.from, whole.from), whole.until - length)
  return { from, until: from + length }
}

// factor < 1 looks closer; the moment `at` stays where it is on the screen.
export function zoom(period: Period, factor: number, at: number, whole: Period): Period {
  const length = Math.min(Math.max(span(period) * factor, kSpanMinMs), span(whole))
  const place = span(period) > 0 ? (at - period.from) / span(period) : 0.5
  const from = at - place * length
  return clampTo({ from, until: from + length }, whole)
}

export function pan(period: Period, byMs: number, whole: Period): Period {
  return clampTo({ from: period.from + byMs, until: period.until + byMs }, whole)
}

export interface Tick {
  at: number
  label: string
  // A year, month or day begins: drawn stronger.
  major: boolean
}

const two = (n: number) => String(n).padStart(2, '0')
const kStepsDays = [1, 2, 5, 10]
const kStepsHours = [1, 3, 6, 12]
const kStepsMinutes = [1, 5, 15, 30]

// At most `most` ticks, on round civil moments.
export function ticks(period: Period, most: number): Tick[] {
  const perTick = span(period) / Math.max(1, most)
  if (perTick > 10 * kDayMs) return monthTicks(period, perTick)
  const minutes = kStepsMinutes.map((n) => n * 60_000)
  const hours = kStepsHours.map((n) => n * 3_600_000)
  const days = kStepsDays.map((n) => n * kDayMs)
  const step = [...minutes, ...hours].find((ms) => ms >= perTick)
  return step ? clockTicks(period, step) : dayTicks(period, days.find((ms) => ms >= perTick) ?? 10 * kDayMs)
}

function monthTicks(period: Period, perTick: number): Tick[] {
  const months = [1, 2, 3, 6, 12, 24, 60, 120].find((n) => n * 30.5 * kDayMs >= perTick) ?? 240
  const start = new Date(period.from + kZoneMs)
  const found: Tick[] = []
  let month = start.getUTCFullYear() * 12 + start.getUTCMonth()
  month = Math.ceil(month / months) * months
  for (; ; month += months) {
    const at = Date.UTC(Math.floor(month / 12), month % 12, 1) - kZoneMs
    if (at >= period.until) return found
    const year = month % 12 === 0
    if (at >= period.from) found.push({ at, label: `${Math.floor(month / 12)}-${two((month % 12) + 1)}`, major: year })
  }
}

// Days of each month anew, so that ticks stand on the 1st, 6th, 11th and not where they happen to fall.
function dayTicks(period: Period, step: number): Tick[] {
  const days = step / kDayMs
  const found: Tick[] = []
  for (let at = Math.ceil((period.from + kZoneMs) / kDayMs) * kDayMs - kZoneMs; at < period.until; at += kDayMs) {
    const date = new Date(at + kZoneMs)
    const day = date.getUTCDate()
    const near = days > 1 && day > 1 && day + days > 32
    if ((day - 1) % days === 0 && !near) {
      const label = `${two(date.getUTCMonth() + 1)}-${two(day)}`
      found.push({ at, label: label === '01-01' ? `${date.getUTCFullYear()}-${label}` : label, major: day === 1 })
    }
  }
  return found
}

function clockTicks(period: Period, step: number): Tick[] {
  const found: Tick[] = []
  for (let at = Math.ceil((period.from + kZoneMs) / step) * step - kZoneMs; at < period.until; at += step) {
    const date = new Date(at + kZoneMs)
    const midnight = (at + kZoneMs) % kDayMs === 0
    const label = midnight
      ? `${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`
      : `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
    found.push({ at, label, major: midnight })
  }
  return found
}
