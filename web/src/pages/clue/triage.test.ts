import { describe, expect, it } from 'vitest'
import { foretold, linesInTimeline, nextOpen, ordersFor, restoring, suspectsOfLine, type Suspect, type Verdict } from './triage'

type Line = Suspect['lines'][number]
const line = (id: string, fen: number, part: Partial<Line> = {}): Line => ({
  id, kind: 'line', charged: true, verdict: 'undecided', checkout_suspt_amt_fen: fen, attributed_fen: fen, feedetl_sn: `n-${id}`, item_code: null, item_name: null, at: null,
  cnt: null, pric: null, amount_fen: fen, doctor: null, department: null, account: null, chk_vola_amt_fen: null, cnfm_vola_amt_fen: null, vola_det_amt_fen: null, ...part,
})
const suspect = (id: string, verdict: Verdict = 'undecided', lines = [line(`${id}a`, 100), line(`${id}b`, 200)]): Suspect => ({
  id, rule: 'B-021', rule_name_zh: '', rule_name_en: '', rule_version: 1, severity: 'violation', message_zh: '', message_en: '', person: 'p', person_name: '', verdict,
  status: 'live', checkout_suspt_amt_fen: 300, attributed_fen: 300, lines,
})

describe('what a key press orders', () => {
  it('is the whole suspect when no amount was typed', () => {
    expect(ordersFor([suspect('s1'), suspect('s2')], 'refuted', {}, ' seen ')).toEqual([
      { suspect: 's1', verdict: 'refuted', note: 'seen' }, { suspect: 's2', verdict: 'refuted', note: 'seen' },
    ])
  })
  it('is line by line when one was, every line named', () => {
    expect(ordersFor([suspect('s1')], 'confirmed', { s1a: 40 })).toEqual([
      { line: 's1a', verdict: 'confirmed', chk_vola_amt_fen: 40 }, { line: 's1b', verdict: 'confirmed', chk_vola_amt_fen: 200 },
    ])
  })
  it('takes no amount along when nothing is confirmed, or when all of it is', () => {
    expect(ordersFor([suspect('s1')], 'refuted', { s1a: 40 })).toEqual([{ suspect: 's1', verdict: 'refuted' }])
    expect(ordersFor([suspect('s1')], 'confirmed', { s1a: 100 })).toEqual([{ suspect: 's1', verdict: 'confirmed' }])
  })
  it('leaves evidence lines alone', () => {
    const mixed = suspect('s1', 'undecided', [line('a', 100), line('b', 0, { charged: false })])
    expect(ordersFor([mixed], 'confirmed', { a: 0 })).toEqual([{ line: 'a', verdict: 'confirmed', chk_vola_amt_fen: 0 }])
  })
})

describe('taking it back', () => {
  it('restores whole suspects', () => {
    expect(restoring([suspect('s1')])).toEqual([{ suspect: 's1', verdict: 'undecided' }])
  })
  it('restores lines whose verdicts or amounts differed', () => {
    const before = suspect('s1', 'confirmed', [line('a', 100, { verdict: 'confirmed', chk_vola_amt_fen: 40 }), line('b', 200, { verdict: 'refuted' })])
    expect(restoring([before])).toEqual([{ line: 'a', verdict: 'confirmed', chk_vola_amt_fen: 40 }, { line: 'b', verdict: 'refuted' }])
  })
  it('is the opposite of what was foretold', () => {
    const before = suspect('s1')
    const after = foretold(before, 'confirmed', { s1a: 40 }, '')
    expect(after).toMatchObject({ verdict: 'confirmed', chk_vola_amt_fen: 240 })
    expect(foretold(after, 'undecided', {}, '')).toMatchObject({ verdict: 'undecided', chk_vola_amt_fen: null })
  })
})

describe('the cursor', () => {
  const list = [suspect('a', 'confirmed'), suspect('b'), suspect('c', 'refuted'), suspect('d')]
  it('goes to the next undecided, round the end', () => {
    expect(nextOpen(list, 1, new Set())).toBe(3)
    expect(nextOpen(list, 3, new Set())).toBe(1)
  })
  it('skips what is being decided, and stays inside the list', () => {
    expect(nextOpen(list, 1, new Set(['d']))).toBe(2)
    expect(nextOpen([suspect('a', 'confirmed')], 0, new Set())).toBe(0)
    expect(nextOpen([], 0, new Set())).toBe(0)
  })
})

describe('the link with the timeline', () => {
  const drawn = [{ id: 'n-s1a', findings: [] as string[] }, { id: 'x', findings: ['s1'] }, { id: 'y', findings: ['s2'] }].map((l) => ({
    visit: 'v', at: '', item_code: '', item_name: '', category: '', quantity: '', amount_fen: 0, charged: true, evidence: false, ...l,
  }))
  it('finds the lines of a suspect by finding and by number', () => {
    expect([...linesInTimeline(suspect('s1'), drawn)]).toEqual(['n-s1a', 'x'])
  })
  it('finds the suspects of a line', () => {
    const list = [suspect('s2'), suspect('s1')]
    expect(suspectsOfLine('n-s1a', list, drawn)).toEqual([1])
    expect(suspectsOfLine('y', list, drawn)).toEqual([0])
    expect(suspectsOfLine('unknown', list, drawn)).toEqual([])
  })
})
