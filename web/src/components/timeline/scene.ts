// Where everything of a person lies, in lanes and rows: everything about the drawing that does not depend on the zoom.
//
// One lane per institution, ordered by first appearance; stays of a lane that overlap get rows of their own. Lines are
// sorted by time; their place across is their category or their amount.
import { toMillis } from '@/format/date'
import { kDayMs } from './period'
import type { LineAxis, Period, Timeline, TimelineLine, TimelineSettlement, TimelineVisit } from './types'

export interface StayBar {
  visit: TimelineVisit
  from: number
  until: number
  lane: number
  row: number
  // No end was reported: drawn open.
  open: boolean
}
export interface VisitTick {
  visit: TimelineVisit
  at: number
  lane: number
}
export interface Lane {
  institution: string
  name: string
  rows: number
  top: number
  height: number
}
export interface Dot {
  line: TimelineLine
  at: number
  // Middle of the dot, below the top of the zone of lines.
  y: number
  radius: number
}
export interface Row {
  label: string
  y: number
}
export interface Scene {
  whole: Period
  lanes: Lane[]
  stays: StayBar[]
  visits: VisitTick[]
  settlements: { settlement: TimelineSettlement; at: number; lane: number }[]
  // Times in which two stays of the person overlap, and the lanes they reach over.
  overlaps: { from: number; until: number; top: number; bottom: number }[]
  dots: Dot[]
  // Lines that cost money, in time order: what the keys walk through.
  charged: number[]
  rows: Row[]
  lanesHeight: number
  linesHeight: number
  visitOf: Map<string, TimelineVisit>
}

export const kBarHeight = 16
const kBarGap = 3
const kLanePad = 8
const kTickRow = 12
const kRowHeight = 30
const kAmountHeight = 190

// The stay's end, or the end of the picture when none was reported.
function endOf(visit: TimelineVisit, whole: Period): { until: number; open: boolean } {
  const until = visit.end ? toMillis(visit.end) : Number.NaN
  return Number.isNaN(until) ? { until: whole.until, open: true } : { until, open: false }
}

// The smallest period that holds what was asked for and everything that was answered.
function wholeOf(timeline: Timeline): Period {
  const times = [toMillis(timeline.from), toMillis(timeline.until)]
  for (const visit of [...timeline.stays, ...timeline.visits]) times.push(toMillis(visit.begin), visit.end ? toMillis(visit.end) : Number.NaN)
  for (const line of timeline.lines) times.push(toMillis(line.at))
  let from = Number.POSITIVE_INFINITY
  let until = Number.NEGATIVE_INFINITY
  for (const at of times) {
    if (Number.isNaN(at)) continue
    from = Math.min(from, at)
    until = Math.max(until, at)
  }
  if (!(until > from)) until = from + kDayMs
  if (!Number.isFinite(from)) return { from: 0, until: kDayMs }
  // A hundredth of air on both sides.
  const air = (until - from) / 100
  return { from: from - air, until: until + air }
}

// A steady number in [-1, 1) from an id: spreads dots of one moment without moving them when the picture is redrawn.
export function spread(id: string): number {
  let hash = 2166136261
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 16777619)
  return ((hash >>> 8) & 0xffff) / 32768 - 1
}

const kDecades = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]

// Height of an amount: a step per factor of ten, between the decades that hold every line.
interface Decades {
  bottom: number
  top: number
}
const sizeOf = (fen: number) => Math.log10(Math.max(1, Math.abs(fen)))
function amountY(fen: number, decades: Decades): number {
  const share = (sizeOf(fen) - decades.bottom) / (decades.top - decades.bottom)
  return kAmountHeight - 14 - share * (kAmountHeight - 28)
}

export function buildScene(
  timeline: Timeline,
  axis: LineAxis,
  options: { settlements?: readonly TimelineSettlement[]; categoryName?: (category: string) => string } = {},
): Scene {
  const whole = wholeOf(timeline)
  const all = [...timeline.stays, ...timeline.visits].sort((a, b) => toMillis(a.begin) - toMillis(b.begin))
  const visitOf = new Map(all.map((visit) => [visit.id, visit]))

  const laneOf = new Map<string, number>()
  const lanes: Lane[] = []
  for (const visit of all) {
    if (laneOf.has(visit.institution)) continue
    laneOf.set(visit.institution, lanes.length)
    lanes.push({ institution: visit.institution, name: visit.institution_name, rows: 0, top: 0, height: 0 })
  }

  const stays = placeStays(timeline, whole, lanes, laneOf)
  let y = 0
  for (const lane of lanes) {
    lane.top = y
    lane.height = kLanePad + lane.rows * (kBarHeight + kBarGap) + kTickRow
    y += lane.height
  }

  const visits = timeline.visits
    .map((visit) => ({ visit, at: toMillis(visit.begin), lane: laneOf.get(visit.institution)! }))
    .filter((tick) => !Number.isNaN(tick.at))
  const settlements = (options.settlements ?? []).flatMap((settlement) => {
    const visit = visitOf.get(settlement.visit)
    return visit ? [{ settlement, at: toMillis(settlement.at), lane: laneOf.get(visit.institution)! }] : []
  })
  const { dots, rows, height } = placeLines(timeline.lines, axis, options.categoryName ?? ((name) => name))
  return {
    whole, lanes, stays, visits, settlements, overlaps: overlapsOf(stays, lanes), dots, rows,
    charged: dots.flatMap((dot, i) => (dot.line.charged ? [i] : [])),
    lanesHeight: y, linesHeight: height, visitOf,
  }
}

function placeStays(timeline: Timeline, whole: Period, lanes: Lane[], laneOf: Map<string, number>): StayBar[] {
  const rowEnds: number[][] = lanes.map(() => [])
  return timeline.stays
    .map((visit) => ({ visit, from: toMillis(visit.begin), ...endOf(visit, whole) }))
    .filter((stay) => !Number.isNaN(stay.from))
    .sort((a, b) => a.from - b.from || a.until - b.until)
    .map((stay) => {
      const lane = laneOf.get(stay.visit.institution)!
      const ends = rowEnds[lane]!
      let row = ends.findIndex((end) => end <= stay.from)
      if (row < 0) row = ends.length
      ends[row] = Math.max(stay.until, stay.from)
      lanes[lane]!.rows = Math.max(lanes[lane]!.rows, row + 1)
      return { ...stay, lane, row }
    })
}

export function barTop(bar: StayBar, lanes: readonly Lane[]): number {
  return lanes[bar.lane]!.top + kLanePad + bar.row * (kBarHeight + kBarGap)
}

function overlapsOf(stays: StayBar[], lanes: Lane[]): Scene['overlaps'] {
  const found: Scene['overlaps'] = []
  for (let i = 0; i < stays.length; i++) {
    for (let j = i + 1; j < stays.length && stays[j]!.from < stays[i]!.until; j++) {
      const [a, b] = [stays[i]!, stays[j]!]
      const tops = [barTop(a, lanes), barTop(b, lanes)]
      found.push({ from: b.from, until: Math.min(a.until, b.until), top: Math.min(...tops), bottom: Math.max(...tops) + kBarHeight })
    }
  }
  return found
}

function placeLines(lines: readonly TimelineLine[], axis: LineAxis, nameOf: (category: string) => string) {
  const timed = lines
    .map((line) => ({ line, at: toMillis(line.at) }))
    .filter((one) => !Number.isNaN(one.at))
    .sort((a, b) => a.at - b.at)
  const radius = (fen: number) => Math.min(7, 1.8 + Math.log10(Math.max(1, Math.abs(fen) / 100)) * 1.1)

  if (axis === 'amount') {
    const sizes = timed.map((one) => sizeOf(one.line.amount_fen))
    const bottom = Math.floor(sizes.reduce((least, size) => Math.min(least, size), 8))
    const top = Math.max(bottom + 1, Math.ceil(sizes.reduce((most, size) => Math.max(most, size), 2)))
    const decades = { bottom, top }
    return {
      height: kAmountHeight,
      rows: kDecades
        .filter((fen) => sizeOf(fen) >= bottom && sizeOf(fen) <= top)
        .map((fen) => ({ label: `¥${(fen / 100).toLocaleString('en')}`, y: amountY(fen, decades) })),
      dots: timed.map(({ line, at }) => ({ line, at, y: amountY(line.amount_fen, decades), radius: 3.2 })),
    }
  }
  // The categories with most money first; what offends is easiest to find at the top.
  const money = new Map<string, number>()
  for (const { line } of timed) {
    const weight = Math.abs(line.amount_fen) * (line.charged ? 1000 : 1)
    money.set(line.category, (money.get(line.category) ?? 0) + weight)
  }
  const order = [...money].sort((a, b) => b[1] - a[1]).map(([category]) => category)
  const yOf = new Map(order.map((category, i) => [category, i * kRowHeight + kRowHeight / 2]))
  return {
    height: Math.max(1, order.length) * kRowHeight,
    rows: order.map((category) => ({ label: nameOf(category), y: yOf.get(category)! })),
    dots: timed.map(({ line, at }) => ({
      line, at, y: yOf.get(line.category)! + spread(line.id) * (kRowHeight / 2 - 7), radius: radius(line.amount_fen),
    })),
  }
}
