import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import DonutChart from './DonutChart.vue'
import { acyclic } from './flow'
import FunnelChart from './FunnelChart.vue'
import { cut, escapeHtml } from './parts'
import RankingChart from './RankingChart.vue'
import TrendChart from './TrendChart.vue'

const flow = (from: string, to: string, amount_fen: number) => ({ from, to, amount_fen })

describe('flows that can be drawn', () => {
  it('leave out what closes a circle, the smaller flow of it', () => {
    const there = flow('confirmed', 'decided', 500)
    const back = flow('decided', 'confirmed', 3)
    expect(acyclic([back, there])).toEqual([there])
  })
  it('leave out longer circles, loops and nothing else', () => {
    const kept = [flow('a', 'b', 9), flow('b', 'c', 8), flow('a', 'c', 1)]
    expect(acyclic([...kept, flow('c', 'a', 2), flow('a', 'a', 5), flow('x', 'y', 0)])).toEqual(kept)
    expect(acyclic([])).toEqual([])
  })
})

describe('text in charts', () => {
  it('is never markup', () => {
    expect(escapeHtml(`<img src="x" onerror='a&b'>`)).not.toMatch(/[<>"']/)
  })
  it('is cut by width, a Chinese character counting two', () => {
    expect(cut('示例市人民医院', 6)).toBe('示例市…')
    expect(cut('short', 6)).toBe('short')
    expect(cut('', 0)).toBe('')
  })
})

describe('charts', () => {
  it('say when there is nothing to draw', () => {
    expect(mount(TrendChart, { props: { title: 'x', months: [], series: [] } }).text()).toContain('暂无数据')
    expect(mount(RankingChart, { props: { title: 'x', rows: [] } }).text()).toContain('暂无数据')
    expect(mount(FunnelChart, { props: { title: 'x', steps: [{ id: 'a', name: 'a', fen: 0 }] } }).text()).toContain('暂无数据')
  })
  it('are tables for who cannot see them, with exact amounts', async () => {
    const wrapper = mount(TrendChart, { props: { title: '趋势', months: ['2026-01', '2026-02'], series: [{ name: 'a', values: [123_456, null] }] } })
    await wrapper.get('button').trigger('click')
    expect(wrapper.findAll('tbody tr').map((r) => r.text())).toEqual(['2026-01¥1,234.56', '2026-02—'])
  })
  it('gather what is too small to see, and lose no money by it', async () => {
    const parts = Array.from({ length: 20 }, (_, i) => ({ id: `${i}`, name: `part ${i}`, fen: 100 * (i + 1), count: 1 }))
    const wrapper = mount(DonutChart, { props: { title: 'x', parts } })
    await wrapper.get('button').trigger('click')
    const cells = wrapper.findAll('tbody td:nth-child(2)').map((c) => Number(c.text().replace(/[¥,]/g, '')))
    expect(cells).toHaveLength(7)
    expect(cells.reduce((a, b) => a + b, 0)).toBeCloseTo(210, 2)
  })
  it('give the row that was picked', async () => {
    const rows = [{ id: 'H1', name: '<b>x</b>', fen: 5 }]
    const wrapper = mount(RankingChart, { props: { title: 'x', rows, pickable: true } })
    await wrapper.get('button').trigger('click')
    expect(wrapper.emitted('pick')![0]).toEqual([rows[0]])
    expect(wrapper.find('b').exists()).toBe(false)
  })
})
