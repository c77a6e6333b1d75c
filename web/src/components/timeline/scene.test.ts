import { describe, expect, it } from 'vitest'
import { synthesize } from './fixture'
import { buildScene } from './scene'
import type { Timeline } from './types'
import { firstAt, hitAt, linesTop, toX, type Frame } from './view'

const timeline = synthesize()
const nobody: Timeline = { ...timeline, stays: [], visits: [], lines: [], findings: [] }
const frameOf = (scene: ReturnType<typeof buildScene>): Frame => ({ gutter: 100, width: 1100, period: scene.whole })

describe('the scene', () => {
  const scene = buildScene(timeline, 'category')
  it('gives each institution a lane, in order of appearance', () => {
    expect(scene.lanes.map((lane) => lane.institution)).toEqual(['H990001', 'H990002', 'H990003'])
    for (let i = 1; i < scene.lanes.length; i++) expect(scene.lanes[i]!.top).toBe(scene.lanes[i - 1]!.top + scene.lanes[i - 1]!.height)
  })
  it('sees that two stays overlap, and for how long', () => {
    expect(scene.overlaps).toHaveLength(1)
    const days = (scene.overlaps[0]!.until - scene.overlaps[0]!.from) / 86_400_000
    expect(days).toBeGreaterThan(3)
    expect(days).toBeLessThan(3.1)
  })
  it('puts overlapping stays of one institution into rows of their own', () => {
    const [a] = timeline.stays
    const twice = { ...nobody, stays: [a!, { ...a!, id: 'again', begin: '2026-01-15T09:00:00+08:00' }] }
    const { stays, lanes } = buildScene(twice, 'category')
    expect(stays.map((s) => s.row)).toEqual([0, 1])
    expect(lanes[0]!.rows).toBe(2)
  })
  it('draws a stay without an end as open, to the end of the picture', () => {
    const open = buildScene({ ...nobody, stays: [{ ...timeline.stays[0]!, end: null }] }, 'category')
    expect(open.stays[0]).toMatchObject({ open: true, until: open.whole.until })
  })
  it('keeps lines in time order and knows which cost money', () => {
    expect(scene.dots).toHaveLength(timeline.lines.length)
    for (let i = 1; i < scene.dots.length; i++) expect(scene.dots[i]!.at).toBeGreaterThanOrEqual(scene.dots[i - 1]!.at)
    expect(scene.charged).toHaveLength(timeline.lines.filter((l) => l.charged).length)
    expect(scene.charged.every((i) => scene.dots[i]!.line.charged)).toBe(true)
  })
  it('puts the category that offends most on top', () => {
    expect(['01', '05']).toContain(scene.rows[0]!.label)
  })
  it('puts larger amounts higher, refunds and nothing included', () => {
    const line = timeline.lines[0]!
    const lines = [0, 1, 100, 10_000, -10_000, 99_999_999].map((amount_fen, i) => ({ ...line, id: String(i), amount_fen }))
    const ys = buildScene({ ...nobody, lines }, 'amount').dots.map((dot) => dot.y)
    expect(ys[0]).toBeGreaterThanOrEqual(ys[1]!)
    expect(ys[2]).toBeGreaterThan(ys[3]!)
    expect(ys[3]).toBe(ys[4])
    expect(Math.min(...ys)).toBeGreaterThanOrEqual(0)
  })
  it('is whole with nobody in it, and with times nobody can read', () => {
    expect(buildScene(nobody, 'amount').dots).toEqual([])
    const broken = { ...timeline, from: '?', until: '?', lines: [{ ...timeline.lines[0]!, at: 'yesterday' }], stays: [], visits: [] }
    const { whole, dots } = buildScene(broken, 'category')
    expect(dots).toEqual([])
    expect(whole.until).toBeGreaterThan(whole.from)
  })
})

describe('the pointer', () => {
  const scene = buildScene(timeline, 'category')
  const frame = frameOf(scene)
  it('finds every line at its own place', () => {
    for (const index of scene.charged) {
      const dot = scene.dots[index]!
      const hit = hitAt(toX(dot.at, frame), linesTop(scene) + dot.y, scene, frame)
      expect(hit?.kind).toBe('line')
      expect(hit?.kind === 'line' && hit.dot.line.charged).toBe(true)
    }
  })
  it('finds stays and visits in their lanes', () => {
    const bar = scene.stays[0]!
    expect(hitAt((toX(bar.from, frame) + toX(bar.until, frame)) / 2, 26 + 12, scene, frame)).toMatchObject({ kind: 'stay', bar: { visit: { id: 'V1' } } })
    const tick = scene.visits[0]!
    const lane = scene.lanes[tick.lane]!
    expect(hitAt(toX(tick.at, frame), 26 + lane.top + lane.height - 4, scene, frame)).toMatchObject({ kind: 'visit' })
  })
  it('finds nothing over the names and in empty places', () => {
    expect(hitAt(20, linesTop(scene) + 10, scene, frame)).toBeNull()
    expect(hitAt(1099, 27, scene, frame)).toBeNull()
  })
  it('starts looking at the first dot that can be meant', () => {
    expect(firstAt(scene.dots, -1)).toBe(0)
    expect(firstAt(scene.dots, Number.POSITIVE_INFINITY)).toBe(scene.dots.length)
  })
})
