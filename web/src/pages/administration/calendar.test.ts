import { expect, it } from 'vitest'
import { monthGrid, turned } from './calendar'

it('a month begins under its weekday and has its days', () => {
  const february = monthGrid(2028, 2)
  expect(february.filter(Boolean)).toHaveLength(29)
  expect(february.findIndex((day) => day !== null)).toBe(1)
  expect(monthGrid(2026, 2).filter((day) => day?.weekend)).toHaveLength(8)
})
it('a press turns a day off or on, another takes it back', () => {
  const off = turned([], '2026-02-17', 'x')
  expect(off).toEqual([{ day: '2026-02-17', kind: 'off', name: 'x' }])
  expect(turned(off, '2026-02-14', 'y').map((d) => [d.day, d.kind])).toEqual([['2026-02-14', 'work'], ['2026-02-17', 'off']])
  expect(turned(off, '2026-02-17', 'z')).toEqual([])
})
