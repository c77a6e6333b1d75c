import { describe, expect, it } from 'vitest'
import { toMillis } from '@/format/date'
import { clampTo, kDayMs, kSpanMinMs, pan, span, ticks, zoom } from './period'

const whole = { from: toMillis('2026-01-01'), until: toMillis('2027-01-01') }

describe('zooming', () => {
  it('keeps the moment under the pointer where it is', () => {
    const at = toMillis('2026-03-01')
    const close = zoom(whole, 0.5, at, whole)
    const place = (p: typeof whole) => (at - p.from) / span(p)
    expect(place(close)).toBeCloseTo(place(whole), 6)
    expect(span(close)).toBe(span(whole) / 2)
  })
  it('stops at ten minutes and at the whole', () => {
    let period = whole
    for (let i = 0; i < 100; i++) period = zoom(period, 0.5, whole.from, whole)
    expect(span(period)).toBe(kSpanMinMs)
    for (let i = 0; i < 200; i++) period = zoom(period, 2, whole.until, whole)
    expect(period).toEqual(whole)
  })
  it('never leaves the whole', () => {
    const month = { from: whole.from, until: whole.from + 30 * kDayMs }
    expect(pan(month, -kDayMs, whole)).toEqual(month)
    expect(pan(month, 1e15, whole).until).toBe(whole.until)
    expect(clampTo({ from: whole.from - 1e12, until: whole.until + 1e12 }, whole)).toEqual(whole)
  })
})

describe('ticks', () => {
  const labels = (from: string, until: string, most: number) => ticks({ from: toMillis(from), until: toMillis(until) }, most).map((t) => t.label)
  it('stand on months, days or hours, whichever fits', () => {
    expect(labels('2026-01-01', '2026-07-01', 8)).toEqual(['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06'])
    expect(labels('2026-02-01', '2026-03-03', 8)).toEqual(['02-01', '02-06', '02-11', '02-16', '02-21', '02-26', '03-01'])
    expect(labels('2026-02-01', '2026-02-02', 4)).toEqual(['02-01', '06:00', '12:00', '18:00'])
  })
  it('begin days at midnight of the fund, not of the reader', () => {
    const first = ticks({ from: toMillis('2026-02-01'), until: toMillis('2026-02-05') }, 4)[0]!
    expect(first.at).toBe(Date.parse('2026-01-31T16:00:00Z'))
    expect(first.major).toBe(true)
  })
  it('never crowd', () => {
    for (let days = 0.02; days < 20_000; days *= 1.7) {
      const period = { from: whole.from, until: whole.from + days * kDayMs }
      expect(ticks(period, 10).length, `${days} days`).toBeLessThanOrEqual(13)
    }
  })
})
