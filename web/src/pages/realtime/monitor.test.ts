import { describe, expect, it } from 'vitest'
import type { Schemas } from '@/api/client'
import { clockOf, formatMs, formatRate, formatUs, latencyLines, rateLines } from './monitor'

const point = (requests: number, pre: number, mid: number): Schemas['RealtimeMonitor']['series'][number] => ({
  at: '2026-03-01T01:00:00Z', requests, errors: 0, refused: 0, hits: 0, p50_us: 500, p99_us: 12_000, by_what: { pre, mid, feedback: 0, upload: 0 },
})

describe('the monitor', () => {
  it('tells rates by what was asked, and leaves out what nobody asks', () => {
    expect(rateLines([point(30, 10, 20), point(0, 0, 0)], 10)).toEqual([{ what: 'pre', values: [1, 0] }, { what: 'mid', values: [2, 0] }])
  })
  it('has no latency where nothing was asked', () => {
    expect(latencyLines([point(3, 3, 0), point(0, 0, 0)])).toEqual({ p50: [0.5, null], p99: [12, null] })
  })
  it('writes times and rates for people', () => {
    expect([formatMs(null), formatMs(0.4199), formatMs(12.34), formatMs(1234.5), formatUs(650), formatUs(null)]).toEqual(['—', '0.42 ms', '12.3 ms', '1,235 ms', '0.65 ms', '—'])
    expect([formatRate(0), formatRate(0.256), formatRate(123.4), formatRate(null)]).toEqual(['0', '0.26', '123', '—'])
    expect(clockOf('2026-03-01T01:02:03Z')).toBe('09:02:03')
  })
})
