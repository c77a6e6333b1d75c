// Numbers of the monitor as its charts want them.
import type { Schemas } from '@/api/client'
import { formatTime } from '@/format/date'

type Monitor = Schemas['RealtimeMonitor']
export const kWhats = ['pre', 'mid', 'feedback', 'upload'] as const
export type What = (typeof kWhats)[number]
export const kAdvices = ['pass', 'warn', 'self_pay', 'block'] as const

// 09:31:20; the day is today.
export const clockOf = (at: string) => formatTime(at, true).slice(11)

// Questions a second, by what was asked, over the time the series has.
export function rateLines(series: Monitor['series'], stepSeconds: number): { what: What; values: number[] }[] {
  return kWhats.map((what) => ({ what, values: series.map((point) => point.by_what[what] / stepSeconds) })).filter((line) => line.what === 'pre' || line.what === 'mid' || line.values.some((value) => value > 0))
}

// Where nothing was asked there is no latency, and no line.
export function latencyLines(series: Monitor['series']): { p50: (number | null)[]; p99: (number | null)[] } {
  const of = (name: 'p50_us' | 'p99_us') => series.map((point) => (point.requests > 0 ? point[name] / 1000 : null))
  return { p50: of('p50_us'), p99: of('p99_us') }
}

// 0.42 ms, 12.3 ms, 1,234 ms.
export function formatMs(ms: number | null): string {
  if (ms === null) return '—'
  return `${ms < 1 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : String(Math.round(ms)).replace(/\B(?=(\d{3})+$)/g, ',')} ms`
}
export const formatUs = (us: number | null | undefined) => formatMs(us == null ? null : us / 1000)
export const formatRate = (perSecond: number | null) => (perSecond === null ? '—' : perSecond === 0 ? '0' : perSecond < 10 ? perSecond.toFixed(2) : perSecond.toFixed(0))
