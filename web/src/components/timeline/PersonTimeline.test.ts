import { mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { setLocale } from '@/i18n'
import type { Tokens } from '../chart/theme'
import { synthesize } from './fixture'
import { paint, paintMap } from './paint'
import PersonTimeline from './PersonTimeline.vue'
import { buildScene } from './scene'
import type { Timeline } from './types'

const timeline = synthesize()
const at = (wrapper: ReturnType<typeof mount>, selector: string) => wrapper.get(selector)

describe('PersonTimeline', () => {
  it('says in words what the picture holds', async () => {
    const wrapper = mount(PersonTimeline, { props: { timeline } })
    const words = at(wrapper, 'canvas.main').attributes('aria-label')!
    expect(words).toContain('住院 4 次')
    expect(words).toContain(`费用明细 ${timeline.lines.length} 条`)
    await setLocale('en')
    await wrapper.vm.$nextTick()
    expect(at(wrapper, 'canvas.main').attributes('aria-label')).toContain('4 stays')
  })
  it('walks through the offending lines by keys and gives them to the page', async () => {
    const wrapper = mount(PersonTimeline, { props: { timeline } })
    const charged = timeline.lines.filter((l) => l.charged).sort((a, b) => a.at.localeCompare(b.at))
    await at(wrapper, 'canvas.main').trigger('keydown', { key: 'n' })
    expect(wrapper.emitted('update:selected')!.at(-1)).toEqual([charged[0]!.id])
    await wrapper.setProps({ selected: charged[0]!.id })
    await at(wrapper, 'canvas.main').trigger('keydown', { key: 'b' })
    expect(wrapper.emitted('update:selected')!.at(-1)).toEqual([charged.at(-1)!.id])
    await at(wrapper, 'canvas.main').trigger('keydown', { key: 'Escape' })
    expect(wrapper.emitted('update:selected')!.at(-1)).toEqual([null])
  })
  it('zooms by keys and by wheel, and lets the page scroll at the widest', async () => {
    const wrapper = mount(PersonTimeline, { props: { timeline } })
    const shown = () => wrapper.get('.range').text()
    const whole = shown()
    const scroll = new WheelEvent('wheel', { deltaY: 100, cancelable: true })
    at(wrapper, 'canvas.main').element.dispatchEvent(scroll)
    expect(scroll.defaultPrevented).toBe(false)
    const closer = new WheelEvent('wheel', { deltaY: -100, cancelable: true })
    at(wrapper, 'canvas.main').element.dispatchEvent(closer)
    await wrapper.vm.$nextTick()
    expect(closer.defaultPrevented).toBe(true)
    expect(shown()).not.toBe(whole)
    await at(wrapper, 'canvas.main').trigger('keydown', { key: '0' })
    expect(shown()).toBe(whole)
  })
  it('hands a marked period to the page as days', async () => {
    const wrapper = mount(PersonTimeline, { props: { timeline } })
    const canvas = at(wrapper, 'canvas.main')
    await canvas.trigger('pointerdown', { clientX: 300, clientY: 60, shiftKey: true, button: 0, pointerId: 1 })
    await canvas.trigger('pointermove', { clientX: 500, clientY: 60, pointerId: 1 })
    await canvas.trigger('pointerup', { clientX: 500, clientY: 60, pointerId: 1 })
    const [marked] = wrapper.emitted('period')!.at(-1) as [{ from: string; until: string }]
    expect(marked.from).toMatch(/^2026-\d\d-\d\d$/)
    expect(marked.until > marked.from).toBe(true)
  })
  it('is a table for who cannot see it, the offending lines first', async () => {
    const wrapper = mount(PersonTimeline, { props: { timeline } })
    await wrapper.get('[aria-label="表格视图"]').trigger('click')
    const rows = wrapper.findAll('tbody tr')
    expect(rows).toHaveLength(100)
    expect(rows[0]!.text()).toContain('违规明细')
    await rows[0]!.trigger('click')
    expect(wrapper.emitted('update:selected')).toBeTruthy()
  })
  it('tells when there is nothing, and when there is more than it got', () => {
    const nothing: Timeline = { ...timeline, stays: [], visits: [], lines: [], findings: [] }
    expect(mount(PersonTimeline, { props: { timeline: nothing } }).text()).toContain('该时段没有就诊记录')
    expect(mount(PersonTimeline, { props: { timeline: { ...timeline, truncated: true } } }).text()).toContain('5000')
  })
  it('shows names as text, whatever they hold', async () => {
    const evil = '<img src=x onerror=alert(1)>'
    const wrapper = mount(PersonTimeline, { props: { timeline: { ...timeline, lines: [{ ...timeline.lines[0]!, item_name: evil }] } } })
    await wrapper.get('[aria-label="表格视图"]').trigger('click')
    expect(wrapper.find('img').exists()).toBe(false)
    expect(wrapper.text()).toContain(evil)
  })
})

describe('painting', () => {
  const tokens = new Proxy({}, { get: () => '#123456' }) as Tokens
  function recorder() {
    const calls = new Map<string, number>()
    const target: Record<string, unknown> = { measureText: (text: string) => ({ width: text.length * 6 }) }
    const context = new Proxy(target, {
      get: (own, name: string) => (name in own ? own[name] : (own[name] = vi.fn(() => calls.set(name, (calls.get(name) ?? 0) + 1)))),
      set: (own, name: string, value) => ((own[name] = value), true),
    })
    return { calls, context: context as unknown as CanvasRenderingContext2D }
  }
  const nothing = { hover: null, selected: null, findings: new Set<string>(), brush: null, only: null }
  it('draws every line of five thousand, the faint ones in few strokes', () => {
    const scene = buildScene(synthesize(5000, 3), 'category')
    const { calls, context } = recorder()
    const frame = { gutter: 100, width: 1100, period: scene.whole }
    paint(context, scene, frame, tokens, nothing, { overlap: '' })
    const lit = scene.dots.filter((d) => d.line.charged || d.line.evidence).length
    expect(calls.get('arc')).toBe(5000)
    expect(calls.get('fill')!).toBeLessThan(lit + 50)
    paintMap(context, scene, 1100, 100, scene.whole, tokens)
  })
  it('draws only what is in view', () => {
    const scene = buildScene(synthesize(5000, 3), 'category')
    const { calls, context } = recorder()
    const period = { from: scene.whole.from, until: scene.whole.from + 3 * 86_400_000 }
    paint(context, scene, { gutter: 100, width: 1100, period }, tokens, nothing, { overlap: '' })
    expect(calls.get('arc') ?? 0).toBeLessThan(500)
  })
})
