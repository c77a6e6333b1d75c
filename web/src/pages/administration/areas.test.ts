import { expect, test } from 'vitest'
import { isAreaCode, treeOf } from './areas'

const area = (code: string, parent: string | null) => ({ code, name: code, parent, level: 'county' as const })

test('areas stand below their parents, and whose parent is not there is a root', () => {
  const rows = treeOf([area('500101', '500100'), area('500100', '500000'), area('500101001', '500101'), area('500102', '500100')])
  expect(rows.map((row) => [row.area.code, row.depth])).toEqual([['500100', 0], ['500101', 1], ['500101001', 2], ['500102', 1]])
  expect(treeOf([])).toEqual([])
})
test('an area that is its own parent ends', () => {
  expect(treeOf([area('1', '1')])).toEqual([])
})
test('a code is six to twelve digits', () => {
  expect(['500101', '500101001', '500101001002'].every(isAreaCode)).toBe(true)
  expect(['', '50010', '50010x', '5001010010021', ' 500101'].some(isAreaCode)).toBe(false)
})
