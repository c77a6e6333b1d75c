import { expect, it } from 'vitest'
import type { Schemas } from '@/api/client'
import { openItems, selfCheckBody, startSelfCheck, sumSelfCheck } from './self_answers'

const item = (code: string): Schemas['SelfCheckItem'] => ({ code, zh: code, source: 'rule', found: 1, found_fen: 100 })
it('an item is done when it is denied, or admitted with both amounts', () => {
  const items = [item('a'), item('b'), item('c')]
  const answers = startSelfCheck(items)
  expect(openItems(items, answers)).toHaveLength(3)
  answers['a'] = { admitted: 'no', amount: 5, refund: 5, note: '' }
  answers['b'] = { admitted: 'yes', amount: 70, refund: 71, note: '' }
  answers['c'] = { admitted: 'yes', amount: 30, refund: 0, note: ' so ' }
  expect(openItems(items, answers).map((i) => i.code)).toEqual(['b'])
  expect(sumSelfCheck(items, answers)).toEqual({ admitted: 100, refund: 71 })
  expect(selfCheckBody(items, answers)[0]).toEqual({ code: 'a', admitted: false, admitted_fen: null, refund_fen: null, note: null })
  expect(selfCheckBody(items, answers)[2]).toEqual({ code: 'c', admitted: true, admitted_fen: 30, refund_fen: 0, note: 'so' })
})
