import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { computed, nextTick, ref } from 'vue'
import { handleKey } from '@/app/shortcuts'
import DataTable from './DataTable.vue'
import type { Column } from './column'
import type { TableControl, TableState } from './table_state'

interface Row {
  id: string
  name: string
  found_fen: number
}
const columns: Column<Row>[] = [
  { name: 'name', label: 'app.area', fixed: true },
  { name: 'found_fen', label: 'funnel.identified', sort: 'found', number: true },
]
const rows: Row[] = Array.from({ length: 5 }, (_, i) => ({ id: `r${i}`, name: `row ${i}`, found_fen: i * 100 }))

function control(filtered = false) {
  const state = ref<TableState>({ page: 1, size: 20, sort: '', filters: {} })
  const changes: Partial<TableState>[] = []
  const made: TableControl = {
    state: computed(() => state.value),
    change: (part) => {
      changes.push(part)
      state.value = { ...state.value, ...part }
    },
    filter: () => {},
    clear: () => changes.push({ filters: {} }),
    filtered: computed(() => filtered),
  }
  return { made, changes }
}
function table(props: Record<string, unknown> = {}, filtered = false) {
  const { made, changes } = control(filtered)
  const wrapper = mount(DataTable<Row>, {
    props: { name: 'test', control: made, columns, rows, total: 90, rowKey: 'id', selectable: true, ...props },
    attachTo: document.body,
  })
  return { wrapper, changes }
}
const press = async (key: string, init: KeyboardEventInit = {}) => {
  handleKey(new KeyboardEvent('keydown', { key, cancelable: true, ...init }))
  await nextTick()
}

describe('DataTable', () => {
  it('moves its cursor by keys, opens and chooses rows', async () => {
    const { wrapper } = table()
    await press('j')
    await press('j')
    expect(wrapper.get('tr.cursor').text()).toContain('row 1')
    await press('k')
    await press('k')
    expect(wrapper.get('tr.cursor').text()).toContain('row 0')
    await press('Enter')
    expect(wrapper.emitted('open')![0]).toEqual([rows[0]])
    await press('x')
    expect(wrapper.emitted('update:chosen')!.at(-1)).toEqual([['r0']])
    await press('a', { ctrlKey: true })
    expect(wrapper.emitted('update:chosen')!.at(-1)).toEqual([rows.map((r) => r.id)])
    wrapper.unmount()
  })
  it('asks the server to sort: figures from the largest, and back again', async () => {
    const { wrapper, changes } = table()
    await wrapper.get('th.number button').trigger('click')
    await wrapper.get('th.number button').trigger('click')
    expect(changes).toEqual([{ sort: '-found' }, { sort: 'found' }])
    expect(wrapper.get('th.number').attributes('aria-sort')).toBe('ascending')
    wrapper.unmount()
  })
  it('turns pages by keys and stops at both ends', async () => {
    const { wrapper, changes } = table()
    await press('p')
    for (let i = 0; i < 9; i++) await press('n')
    expect(changes.map((c) => c.page)).toEqual([2, 3, 4, 5])
    wrapper.unmount()
  })
  it('keeps the cursor on its row when the page is read again', async () => {
    const { wrapper } = table()
    await press('j')
    await press('j')
    await wrapper.setProps({ rows: [{ id: 'new', name: 'new', found_fen: 1 }, ...rows] })
    expect(wrapper.get('tr.cursor').text()).toContain('row 1')
    await wrapper.setProps({ rows: [] })
    expect(wrapper.find('tr.cursor').exists()).toBe(false)
    wrapper.unmount()
  })
  it('forgets chosen rows that are no longer there', async () => {
    const { wrapper } = table({ chosen: ['r0', 'gone'] })
    await wrapper.setProps({ rows: rows.slice(0, 2) })
    expect(wrapper.emitted('update:chosen')!.at(-1)).toEqual([['r0']])
    wrapper.unmount()
  })
  it('says why it is empty: nothing there, or nothing that fits', async () => {
    const nothing = table({ rows: [], total: 0 })
    expect(nothing.wrapper.text()).toContain('没有记录')
    expect(nothing.wrapper.text()).not.toContain('清除筛选')
    nothing.wrapper.unmount()
    const filtered = table({ rows: [], total: 0 }, true)
    await filtered.wrapper.get('.empty button').trigger('click')
    expect(filtered.changes).toEqual([{ filters: {} }])
    filtered.wrapper.unmount()
  })
  it('shows the problem instead of old rows', () => {
    const { wrapper } = table({ problem: { type: '', title: '', status: 500, request_id: 'R1' } })
    expect(wrapper.text()).toContain('R1')
    expect(wrapper.find('table').exists()).toBe(false)
    wrapper.unmount()
  })
  it('writes cells as text, never as markup', () => {
    const { wrapper } = table({ rows: [{ id: 'x', name: '<b onmouseover=alert(1)>x</b>', found_fen: 1 }] })
    expect(wrapper.find('td b').exists()).toBe(false)
    wrapper.unmount()
  })
})
