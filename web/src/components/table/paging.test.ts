import { describe, expect, it } from 'vitest'
import { pageOf } from './paging'

const rows = [{ rule: 'B-2', n: 3 }, { rule: 'A-1', n: 30 }, { rule: 'C-9' }, { rule: 'B-10', n: 4 }]
const names = (sort: string, page = 1, size = 20) => pageOf(rows, { sort, page, size }).map((r) => r.rule)

describe('rows paged on this side', () => {
  it('sorts numbers as numbers, both ways, the unknown last', () => {
    expect(names('n')).toEqual(['B-2', 'B-10', 'A-1', 'C-9'])
    expect(names('-n')).toEqual(['A-1', 'B-10', 'B-2', 'C-9'])
  })
  it('cuts pages after sorting, and has none beyond the end', () => {
    expect(names('rule', 2, 3)).toEqual(['C-9'])
    expect(names('rule', 9, 3)).toEqual([])
  })
  it('leaves the order alone when none is asked for', () => {
    expect(names('')).toEqual(rows.map((r) => r.rule))
  })
})
