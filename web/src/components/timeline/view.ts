// From the scene to the screen and back: where a moment is, and what is under the pointer.
import { barTop, kBarHeight, type Dot, type Scene, type StayBar, type VisitTick } from './scene'
import { span } from './period'
import type { Period } from './types'

export const kAxisHeight = 26
export const kZoneGap = 10
export const kMapHeight = 40

export interface Frame {
  // Left of it stand the names of lanes and rows.
  gutter: number
  width: number
  period: Period
}

export const plotWidth = (frame: Frame) => Math.max(1, frame.width - frame.gutter)
export const toX = (at: number, frame: Frame) => frame.gutter + ((at - frame.period.from) / span(frame.period)) * plotWidth(frame)
export const toTime = (x: number, frame: Frame) => frame.period.from + ((x - frame.gutter) / plotWidth(frame)) * span(frame.period)
export const lanesTop = () => kAxisHeight
export const linesTop = (scene: Scene) => kAxisHeight + scene.lanesHeight + kZoneGap
export const sceneHeight = (scene: Scene) => linesTop(scene) + scene.linesHeight + kZoneGap

export type Hit =
  | { kind: 'line'; dot: Dot; index: number }
  | { kind: 'stay'; bar: StayBar }
  | { kind: 'visit'; tick: VisitTick }

// The index of the first dot at or after a moment.
export function firstAt(dots: readonly Dot[], at: number): number {
  let low = 0
  let high = dots.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (dots[middle]!.at < at) low = middle + 1
    else high = middle
  }
  return low
}

const kReach = 8

// What is nearest within reach; lines that cost money win over others, lines over bars.
export function hitAt(x: number, y: number, scene: Scene, frame: Frame): Hit | null {
  if (x < frame.gutter) return null
  const top = linesTop(scene)
  if (y >= top - kReach) {
    let best: Hit | null = null
    let bestScore = Number.POSITIVE_INFINITY
    for (let i = firstAt(scene.dots, toTime(x - kReach, frame)); i < scene.dots.length; i++) {
      const dot = scene.dots[i]!
      const dx = toX(dot.at, frame) - x
      if (dx > kReach) break
      const distance = Math.hypot(dx, top + dot.y - y)
      if (distance > Math.max(kReach, dot.radius + 3)) continue
      const score = distance - (dot.line.charged ? 5 : dot.line.evidence ? 2 : 0)
      if (score < bestScore) {
        bestScore = score
        best = { kind: 'line', dot, index: i }
      }
    }
    return best
  }
  const laneY = y - lanesTop()
  for (const bar of scene.stays) {
    const barY = barTop(bar, scene.lanes)
    const [from, until] = [toX(bar.from, frame), Math.max(toX(bar.until, frame), toX(bar.from, frame) + 3)]
    if (laneY >= barY && laneY <= barY + kBarHeight && x >= from - 2 && x <= until + 2) return { kind: 'stay', bar }
  }
  let nearest: VisitTick | null = null
  for (const tick of scene.visits) {
    const lane = scene.lanes[tick.lane]!
    if (laneY < lane.top || laneY > lane.top + lane.height) continue
    const distance = Math.abs(toX(tick.at, frame) - x)
    if (distance <= kReach && (!nearest || distance < Math.abs(toX(nearest.at, frame) - x))) nearest = tick
  }
  return nearest && { kind: 'visit', tick: nearest }
}
