// Draws a scene into a canvas. What offends is filled and large, what else the accusation rests on is a ring, the rest is
// faint: told apart by shape as well as colour. Of thousands of faint dots, each style is one path.
import type { Tokens } from '../chart/theme'
import { barTop, kBarHeight, type Dot, type Scene, type StayBar } from './scene'
import { span, ticks } from './period'
import type { Period } from './types'
import { firstAt, kAxisHeight, kMapHeight, lanesTop, linesTop, plotWidth, sceneHeight, toTime, toX, type Frame } from './view'

export interface Emphasis {
  hover: string | null
  selected: string | null
  // Findings of the hovered or selected line; when there are any, other findings step back.
  findings: ReadonlySet<string>
  brush: Period | null
  // Lines of this finding only, when the reader asked for one.
  only: string | null
}

interface Texts {
  overlap: string
}

const kFontSize = 12

export function paint(c: CanvasRenderingContext2D, scene: Scene, frame: Frame, tokens: Tokens, emphasis: Emphasis, texts: Texts): void {
  c.clearRect(0, 0, frame.width, sceneHeight(scene))
  c.font = `${kFontSize}px ${tokens.font}`
  c.textBaseline = 'middle'
  paintGrid(c, scene, frame, tokens)
  c.save()
  c.beginPath()
  c.rect(frame.gutter, 0, plotWidth(frame), sceneHeight(scene))
  c.clip()
  paintOverlaps(c, scene, frame, tokens, texts)
  for (const bar of scene.stays) paintStay(c, bar, scene, frame, tokens, emphasis)
  paintVisits(c, scene, frame, tokens, emphasis)
  paintDots(c, scene, frame, tokens, emphasis)
  if (emphasis.brush) paintBrush(c, emphasis.brush, scene, frame, tokens)
  c.restore()
  paintLabels(c, scene, frame, tokens)
}

function paintGrid(c: CanvasRenderingContext2D, scene: Scene, frame: Frame, tokens: Tokens): void {
  const bottom = sceneHeight(scene)
  const linesY = linesTop(scene)
  for (const [i, lane] of scene.lanes.entries()) {
    if (i % 2 === 0) continue
    c.fillStyle = tokens['surface-sunk']
    c.fillRect(0, lanesTop() + lane.top, frame.width, lane.height)
  }
  c.lineWidth = 1
  for (const tick of ticks(frame.period, plotWidth(frame) / 84)) {
    const x = Math.round(toX(tick.at, frame)) + 0.5
    if (x < frame.gutter) continue
    c.strokeStyle = tick.major ? tokens['line-strong'] : tokens.line
    c.globalAlpha = tick.major ? 0.55 : 1
    line(c, x, kAxisHeight - 6, x, bottom)
    c.globalAlpha = 1
    c.fillStyle = tick.major ? tokens.ink : tokens['ink-soft']
    c.textAlign = 'left'
    c.fillText(tick.label, x + 4, kAxisHeight / 2 - 1)
  }
  c.strokeStyle = tokens.line
  for (const y of [kAxisHeight, linesY - 5]) line(c, 0, Math.round(y) + 0.5, frame.width, Math.round(y) + 0.5)
  c.setLineDash([2, 4])
  for (const row of scene.rows) line(c, frame.gutter, linesY + row.y + 0.5, frame.width, linesY + row.y + 0.5)
  c.setLineDash([])
}

function paintLabels(c: CanvasRenderingContext2D, scene: Scene, frame: Frame, tokens: Tokens): void {
  if (frame.gutter < 40) return
  c.textAlign = 'left'
  const room = frame.gutter - 20
  for (const lane of scene.lanes) {
    c.fillStyle = tokens.ink
    c.fillText(fit(c, lane.name, room), 12, lanesTop() + lane.top + lane.height / 2)
  }
  for (const row of scene.rows) {
    c.fillStyle = tokens['ink-soft']
    c.fillText(fit(c, row.label, room), 12, linesTop(scene) + row.y)
  }
  c.strokeStyle = tokens.line
  line(c, frame.gutter + 0.5, 0, frame.gutter + 0.5, sceneHeight(scene))
}

function stands(findings: readonly string[], emphasis: Emphasis): boolean {
  if (emphasis.only) return findings.includes(emphasis.only)
  return emphasis.findings.size === 0 || findings.some((id) => emphasis.findings.has(id))
}

function paintStay(c: CanvasRenderingContext2D, bar: StayBar, scene: Scene, frame: Frame, tokens: Tokens, emphasis: Emphasis): void {
  const y = lanesTop() + barTop(bar, scene.lanes)
  const x = toX(bar.from, frame)
  const width = Math.max(3, toX(bar.until, frame) - x)
  if (x > frame.width || x + width < frame.gutter) return
  const lit = bar.visit.charged || bar.visit.evidence
  c.globalAlpha = lit && !stands(bar.visit.findings ?? [], emphasis) ? 0.35 : 1
  c.fillStyle = bar.visit.charged ? tokens['violation-soft'] : bar.visit.evidence ? tokens['suspect-soft'] : tokens['accent-soft']
  c.strokeStyle = bar.visit.charged ? tokens.violation : bar.visit.evidence ? tokens.suspect : tokens['line-strong']
  c.lineWidth = emphasis.hover === bar.visit.id || emphasis.selected === bar.visit.id ? 2 : 1
  c.beginPath()
  c.roundRect(x + 0.5, y + 0.5, width - 1, kBarHeight - 1, 3)
  c.fill()
  if (bar.open) c.setLineDash([4, 3])
  c.stroke()
  c.setLineDash([])
  if (bar.visit.charged) hatch(c, x, y, width, kBarHeight, tokens.violation)
  const from = Math.max(x, frame.gutter)
  const room = Math.min(x + width, frame.width) - from - 10
  const text = bar.visit.diagnosis_name ?? bar.visit.department ?? ''
  if (room > 28 && text) {
    c.textAlign = 'left'
    c.fillStyle = tokens.ink
    const words = fit(c, text, room)
    if (bar.visit.charged) {
      c.fillStyle = tokens['violation-soft']
      c.fillRect(from + 3, y + 2, c.measureText(words).width + 6, kBarHeight - 4)
      c.fillStyle = tokens.ink
    }
    c.fillText(words, from + 6, y + kBarHeight / 2 + 0.5)
  }
  c.globalAlpha = 1
}

function paintVisits(c: CanvasRenderingContext2D, scene: Scene, frame: Frame, tokens: Tokens, emphasis: Emphasis): void {
  for (const tick of scene.visits) {
    const x = toX(tick.at, frame)
    if (x < frame.gutter - 4 || x > frame.width + 4) continue
    const lane = scene.lanes[tick.lane]!
    const foot = lanesTop() + lane.top + lane.height - 3
    const { charged, evidence } = tick.visit
    const lit = charged || evidence
    c.globalAlpha = lit && !stands(tick.visit.findings ?? [], emphasis) ? 0.35 : 1
    c.fillStyle = charged ? tokens.violation : evidence ? tokens.suspect : tokens['ink-faint']
    const height = lit || emphasis.hover === tick.visit.id ? 11 : 8
    c.fillRect(x - (lit ? 1.5 : 0.75), foot - height, lit ? 3 : 1.5, height)
    if (charged) triangle(c, x, foot - height - 1, 4)
    c.globalAlpha = 1
  }
  c.fillStyle = tokens.surface
  c.strokeStyle = tokens['series-3']
  c.lineWidth = 1.5
  for (const { at, lane } of scene.settlements) {
    const x = toX(at, frame)
    if (x < frame.gutter - 6 || x > frame.width + 6) continue
    diamond(c, x, lanesTop() + scene.lanes[lane]!.top + scene.lanes[lane]!.height - 7, 4)
    c.fill()
    c.stroke()
  }
}

function paintOverlaps(c: CanvasRenderingContext2D, scene: Scene, frame: Frame, tokens: Tokens, texts: Texts): void {
  for (const overlap of scene.overlaps) {
    const x = toX(overlap.from, frame)
    const width = Math.max(2, toX(overlap.until, frame) - x)
    const y = lanesTop() + overlap.top
    const height = overlap.bottom - overlap.top
    c.globalAlpha = 0.5
    c.fillStyle = tokens['suspect-soft']
    c.fillRect(x, y, width, height)
    c.globalAlpha = 1
    c.strokeStyle = tokens.suspect
    c.lineWidth = 1
    c.setLineDash([3, 3])
    c.strokeRect(x + 0.5, y - 1.5, width - 1, height + 3)
    c.setLineDash([])
    if (width > c.measureText(texts.overlap).width + 8 && height > 2 * kBarHeight + 14) {
      c.fillStyle = tokens.suspect
      c.textAlign = 'center'
      c.fillText(texts.overlap, x + width / 2, y + height / 2)
    }
  }
}

function paintDots(c: CanvasRenderingContext2D, scene: Scene, frame: Frame, tokens: Tokens, emphasis: Emphasis): void {
  const top = linesTop(scene)
  const first = firstAt(scene.dots, toTime(frame.gutter - 10, frame))
  const [plain, rings, lit, back]: Dot[][] = [[], [], [], []]
  let end = first
  for (; end < scene.dots.length; end++) {
    const dot = scene.dots[end]!
    if (toX(dot.at, frame) > frame.width + 10) break
    const { line: l } = dot
    if (!l.charged && !l.evidence) plain!.push(dot)
    else if (!stands(l.findings, emphasis)) back!.push(dot)
    else (l.charged ? lit! : rings!).push(dot)
  }
  const anyLit = scene.charged.length > 0
  c.globalAlpha = anyLit ? 0.32 : 0.75
  c.fillStyle = anyLit ? tokens['ink-faint'] : tokens['series-1']
  batch(c, plain!, frame, top, 0)
  c.fill()
  c.globalAlpha = 0.4
  c.strokeStyle = tokens['ink-soft']
  c.lineWidth = 1.5
  batch(c, back!, frame, top, 0.5)
  c.stroke()
  c.globalAlpha = 1

  // From each offending line down from its lane: where in the stay it happened.
  c.strokeStyle = tokens.violation
  c.globalAlpha = lit!.length > 150 ? 0.06 : 0.18
  c.lineWidth = 1
  c.beginPath()
  for (const dot of lit!) {
    const lane = scene.lanes.find((one) => one.institution === scene.visitOf.get(dot.line.visit)?.institution)
    const x = toX(dot.at, frame)
    c.moveTo(x, lanesTop() + (lane ? lane.top + lane.height : 0))
    c.lineTo(x, top + dot.y - dot.radius)
  }
  c.stroke()
  c.globalAlpha = 1

  c.fillStyle = tokens.surface
  c.strokeStyle = tokens.suspect
  c.lineWidth = 2
  for (const dot of rings!) single(c, dot, frame, top, 0.6)
  c.fillStyle = tokens.violation
  c.strokeStyle = tokens.surface
  c.lineWidth = 1
  for (const dot of lit!) single(c, dot, frame, top, 1.2)

  for (const id of [emphasis.hover, emphasis.selected]) {
    const dot = id && scene.dots.find((one) => one.line.id === id)
    if (!dot) continue
    c.strokeStyle = id === emphasis.selected ? tokens.accent : tokens.ink
    c.lineWidth = id === emphasis.selected ? 2.5 : 1.5
    c.beginPath()
    c.arc(toX(dot.at, frame), top + dot.y, dot.radius + 5, 0, 2 * Math.PI)
    c.stroke()
  }
}

function batch(c: CanvasRenderingContext2D, dots: Dot[], frame: Frame, top: number, more: number): void {
  c.beginPath()
  for (const dot of dots) {
    const x = toX(dot.at, frame)
    const radius = dot.radius + more
    c.moveTo(x + radius, top + dot.y)
    c.arc(x, top + dot.y, radius, 0, 2 * Math.PI)
  }
}

// One by one, so that each keeps its own edge where they crowd.
function single(c: CanvasRenderingContext2D, dot: Dot, frame: Frame, top: number, more: number): void {
  batch(c, [dot], frame, top, more)
  c.fill()
  c.stroke()
}

function paintBrush(c: CanvasRenderingContext2D, brush: Period, scene: Scene, frame: Frame, tokens: Tokens): void {
  const [a, b] = [toX(brush.from, frame), toX(brush.until, frame)]
  c.globalAlpha = 0.14
  c.fillStyle = tokens.accent
  c.fillRect(a, kAxisHeight, b - a, sceneHeight(scene) - kAxisHeight)
  c.globalAlpha = 1
  c.strokeStyle = tokens.accent
  c.lineWidth = 1
  line(c, a, kAxisHeight, a, sceneHeight(scene))
  line(c, b, kAxisHeight, b, sceneHeight(scene))
}

// The whole period in little: how many lines per slice, what offends, and the window in view.
export function paintMap(c: CanvasRenderingContext2D, scene: Scene, width: number, gutter: number, period: Period, tokens: Tokens): void {
  c.clearRect(0, 0, width, kMapHeight)
  const plot = Math.max(1, width - gutter)
  const slices = Math.max(1, Math.floor(plot / 3))
  const counts = new Array<number>(slices).fill(0)
  const x = (at: number) => gutter + ((at - scene.whole.from) / span(scene.whole)) * plot
  for (const dot of scene.dots) {
    const slice = Math.min(slices - 1, Math.floor(((dot.at - scene.whole.from) / span(scene.whole)) * slices))
    counts[slice]!++
  }
  const most = Math.max(1, ...counts)
  c.fillStyle = tokens['line-strong']
  c.globalAlpha = 0.7
  for (const [i, count] of counts.entries()) {
    if (!count) continue
    const height = 3 + (kMapHeight - 15) * Math.sqrt(count / most)
    c.fillRect(gutter + i * (plot / slices), kMapHeight - height, Math.max(1, plot / slices - 1), height)
  }
  c.globalAlpha = 1
  c.fillStyle = tokens.violation
  for (const index of scene.charged) triangle(c, x(scene.dots[index]!.at), 7, 3.5)
  const [from, until] = [x(period.from), x(period.until)]
  c.fillStyle = tokens.accent
  c.globalAlpha = 0.12
  c.fillRect(from, 0, until - from, kMapHeight)
  c.globalAlpha = 1
  c.strokeStyle = tokens.accent
  c.lineWidth = 1.5
  c.strokeRect(from + 0.75, 0.75, Math.max(2, until - from - 1.5), kMapHeight - 1.5)
}

function line(c: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  c.beginPath()
  c.moveTo(x1, y1)
  c.lineTo(x2, y2)
  c.stroke()
}

function triangle(c: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  c.beginPath()
  c.moveTo(x - size, y - size)
  c.lineTo(x + size, y - size)
  c.lineTo(x, y + 1)
  c.fill()
}

function diamond(c: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  c.beginPath()
  c.moveTo(x, y - size)
  c.lineTo(x + size, y)
  c.lineTo(x, y + size)
  c.lineTo(x - size, y)
  c.closePath()
}

function hatch(c: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, color: string): void {
  c.save()
  c.beginPath()
  c.roundRect(x, y, width, height, 3)
  c.clip()
  c.strokeStyle = color
  c.globalAlpha *= 0.45
  c.lineWidth = 1
  const [from, until] = [Math.max(x, -height), Math.min(x + width, 8192)]
  c.beginPath()
  for (let at = from - height; at < until; at += 6) {
    c.moveTo(at, y + height)
    c.lineTo(at + height, y)
  }
  c.stroke()
  c.restore()
}

export function fit(c: CanvasRenderingContext2D, text: string, room: number): string {
  if (c.measureText(text).width <= room) return text
  let low = 0
  let high = text.length
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (c.measureText(`${text.slice(0, middle)}…`).width <= room) low = middle
    else high = middle - 1
  }
  return low ? `${text.slice(0, low)}…` : ''
}
