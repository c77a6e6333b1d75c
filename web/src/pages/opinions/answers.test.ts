import { describe, expect, it } from 'vitest'
import type { Schemas } from '@/api/client'
import { reviewBody, reviewReady, reviewWhole, startReviews } from '@/components/casework/reviews'
import { sumLines, viewLines } from '@/components/casework/line_sums'
import { acceptOpen, answerBody, answerWhole, countAnswers, startAnswers } from './answers'

const line = (id: string, put: number, rule = 'R'): Schemas['OpinionLine'] => ({ line: id, suspect: 's', rule, rule_name_zh: '', rule_name_en: '', message_zh: '', message_en: '', chk_vola_amt_fen: put })
const lines = [line('a', 100), line('b', 200), line('c', 300, 'Q')]

describe('an answer', () => {
  it('contests with a reason and less than all', () => {
    expect(answerWhole(lines[0]!, { answer: 'contest', amount: null, reason: ' ', evidence: [] })).toBe(false)
    expect(answerWhole(lines[0]!, { answer: 'contest', amount: 100, reason: 'why', evidence: [] })).toBe(false)
    expect(answerWhole(lines[0]!, { answer: 'contest', amount: 99, reason: 'why', evidence: [] })).toBe(true)
  })
  it('accepts what is open, and leaves what was contested', () => {
    const typed = { ...startAnswers(lines), b: { answer: 'contest' as const, amount: 50, reason: 'why', evidence: ['e1'] } }
    const all = acceptOpen(lines, typed)
    expect(countAnswers(lines, all)).toEqual({ open: 0, accepted: 2, contested: 1, unfinished: 0, acceptedFen: 450 })
    expect(countAnswers(lines, acceptOpen(lines, typed, 'Q'))).toMatchObject({ open: 1, accepted: 1 })
    expect(answerBody(lines, all)).toEqual([{ line: 'a', answer: 'accept' }, { line: 'b', answer: 'contest', answer_amt_fen: 50, reason: 'why', evidence: ['e1'] }, { line: 'c', answer: 'accept' }])
    expect(answerBody(lines, startAnswers(lines))).toEqual([])
  })
})
describe('a review', () => {
  it('lowers to less than all and more than nothing', () => {
    const lower = (amount: number | null) => reviewWhole(lines[0]!, { review: 'lower', amount, reason: '' })
    expect([lower(null), lower(0), lower(1), lower(99), lower(100)]).toEqual([false, false, true, true, false])
  })
  it('is ready when every line has its word', () => {
    const reviews = startReviews(lines, { a: { review: 'uphold', amount: null, reason: '' } })
    expect(reviewReady(lines, reviews)).toBe(false)
    reviews['b'] = { review: 'drop', amount: 7, reason: ' so ' }
    reviews['c'] = { review: 'lower', amount: 7, reason: '' }
    expect(reviewReady(lines, reviews)).toBe(true)
    expect(reviewBody(lines, reviews)).toEqual([{ line: 'a', review: 'uphold' }, { line: 'b', review: 'drop', reason: 'so' }, { line: 'c', review: 'lower', amt_fen: 7 }])
    expect(reviewReady([], {})).toBe(false)
  })
})
it('sums what is known: unknown is not zero', () => {
  expect(sumLines(lines)).toEqual({ put: 600, answered: null, reviewed: null, confirmed: null })
  expect(sumLines([{ ...lines[0]!, answer: 'accept', answer_amt_fen: 0 }]).answered).toBe(0)
  expect(viewLines([{ ...lines[0]!, answer: 'contest' }, lines[1]!], 'open')).toHaveLength(1)
})
