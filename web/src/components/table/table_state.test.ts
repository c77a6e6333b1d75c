import { describe, expect, it } from 'vitest'
import { parseState, writeState, type TableDefaults } from './table_state'

const defaults: TableDefaults = { sort: '-rank', filters: { status: ['new'], text: '' } }

describe('the state of a table in the address', () => {
  it('is short when nothing differs', () => {
    expect(writeState(parseState({}, defaults), defaults, {})).toEqual({})
  })
  it('comes back as it was written', () => {
    const state = { page: 3, size: 100, sort: 'found', filters: { status: ['new', 'working'], text: 'CT' } }
    expect(parseState(writeState(state, defaults, {}) as Record<string, unknown>, defaults)).toEqual(state)
  })
  it('tells an emptied filter from one never touched', () => {
    const state = { ...parseState({}, defaults), filters: { status: [], text: '' } }
    const query = writeState(state, defaults, {})
    expect(query).toEqual({ status: '' })
    expect(parseState(query as Record<string, unknown>, defaults).filters.status).toEqual([])
  })
  it('reads one value where a list is meant', () => {
    expect(parseState({ status: 'closed' }, defaults).filters.status).toEqual(['closed'])
  })
  it('ignores nonsense', () => {
    const state = parseState({ page: '-4', size: '999999', sort: ['a', 'b'] }, defaults)
    expect(state).toMatchObject({ page: 1, size: 50, sort: 'a' })
    expect(parseState({ page: '1e999' }, defaults).page).toBe(1)
  })
  it('keeps two tables of a page apart, and what else is in the address', () => {
    const two = { ...defaults, prefix: 'b_' }
    const query = writeState({ ...parseState({}, two), page: 2 }, two, { page: '5', tab: 'lines' })
    expect(query).toEqual({ page: '5', tab: 'lines', b_page: '2' })
  })
})
