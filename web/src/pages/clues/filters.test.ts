import { describe, expect, it } from 'vitest'
import { parseState } from '@/components/table/table_state'
import { addressOf, beyondExport, filterOf, filterText, kDefaults, queryOf } from './filters'

const state = (query: Record<string, unknown>) => parseState(query, kDefaults)

describe('the filters of the queue', () => {
  it('send only what is set, and the area of the frame when none is chosen', () => {
    expect(queryOf(state({}), '9901')).toEqual({ view: 'all', area: '9901', page: 1, size: 50, sort: '-rank' })
    expect(queryOf(state({ status: ['new', 'working'], area: '990102', min_fen: '100000', sampled_out: 'false' }), '9901')).toMatchObject({
      status: ['new', 'working'], area: '990102', min_fen: 100000, sampled_out: false,
    })
  })
  it('drop what is no amount and no day', () => {
    expect(filterOf(state({ min_fen: '1e9', max_fen: '-4', from: 'yesterday', until: '2026-01-01' }).filters, '')).toEqual({ view: 'all', until: '2026-01-01' })
  })
  it('become one string for draws and assignments, the same for the same filters', () => {
    expect(filterText({ view: 'pool', status: ['new', 'working'], text: 'a&b=c' })).toBe('status=new&status=working&text=a%26b%3Dc&view=pool')
  })
  it('come back from a saved filter, without names the page does not know', () => {
    const text = filterText({ status: ['new'], text: 'a&b' })
    expect(addressOf(`${text}&page=9&constructor=x`)).toEqual({ status: ['new'], text: 'a&b' })
  })
  it('know what a file of the queue would not respect', () => {
    expect(beyondExport({ view: 'all', status: ['new'], min_fen: 5 })).toEqual(['min_fen'])
  })
})
