import { expect, it } from 'vitest'
import { i18n, setLocale } from '@/i18n'
import { lineMarks, lineName } from './line'

const t = i18n.global.t as (key: string) => string
const line = { kind: 'line', no: null, item_code: '120400006', item_name: '静脉输液' } as const
const settlement = { kind: 'settlement', no: 'S-2', item_code: null, item_name: null } as const

it('calls a line by its item, with the code behind', () => {
  expect([lineName(line, t), ...lineMarks(line)]).toEqual(['静脉输液', '120400006'])
  expect([lineName({ ...line, item_name: null }, t), ...lineMarks({ ...line, item_name: null })]).toEqual(['120400006'])
})

it('tells two settlements of one visit apart', async () => {
  expect([lineName(settlement, t), ...lineMarks(settlement)]).toEqual(['结算单', 'S-2'])
  expect(lineMarks({ ...settlement, no: 'S-3' })).not.toEqual(lineMarks(settlement))
  await setLocale('en')
  expect(lineName(settlement, t)).toBe('Settlement')
  await setLocale('zh-CN')
  expect(lineName({ ...settlement, kind: 'none', no: null }, t)).toBe('未落到明细')
})
