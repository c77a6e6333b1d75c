import { describe, expect, it } from 'vitest'
import { isOpenEnded, readAnswer, touchesOf } from './answer'

const twin = {
  advice: 'self_pay', held_back: false, pack: 'abc', microseconds: 1234,
  answers: [{
    person: 'P1', advice: 'self_pay', held_back: false,
    hits: [{ id: 'h1', rule: 'P-001', rule_version: 2, name: { zh: '限儿童', en: 'children' }, class: 'policy', official: 'GZ1', severity: 'violation', visit: 'V1',
      lines: [{ kind: 'line', line: '2', visit: 'V1', role: 'charged', item: 'X1', item_name: '药', time: '2026-03-01 09:00:00', amount: '20.00' }, { kind: 'line', line: '1', visit: 'V1', role: 'evidence', item: 'X2', item_name: '', time: '', amount: '0.00' }],
      facts: { age: '30' }, amount: '20.00', message: { zh: '甲', en: 'a' }, basis: ['目录'], why: { zh: '因', en: 'why' }, remedy: { zh: '改', en: 'change' }, advice: 'self_pay', reason_needed: true, open_until: '' }],
    lifted: [{ id: 'h0', rule: 'P-002' }],
    unknowns: [{ rule: 'P-003', name: { zh: '丙', en: 'c' }, line: '1', missing: 'person.birth', missing_name: '参保人.出生日期' }],
  }],
  not_reached: [{ rule_id: 'P-009', fail: 'closed' }], fail: {},
}
const national = {
  infcode: 0, inf_refmsgid: 'x',
  output: {
    result: [{ jr_id: 'h9', rule_id: 'P-001', rule_name: '限儿童', vola_cont: '甲', mdtrt_id: 'V1', vola_amt: 20, vola_amt_stas: '1', sev_deg: '2', vola_evid: '目录', vola_bhvr_type: '2', advice: 'warn', reason_needed: false, remedy: '改', open_until: '9999-12-31 23:59:59', rule_version: 2,
      judge_result_detail_dtos: [{ rx_id: '2', mdtrt_id: '', vola_item_type: '1', vola_amt: 20, hilist_code: 'X1', fee_ocur_time: '' }] }],
    unknown: [], lifted: ['h0'], advice: 'warn', not_reached: [],
  },
}

describe('an answer', () => {
  it('of the twin is read whole', () => {
    const read = readAnswer(twin)!
    expect([read.advice, read.pack, read.microseconds, read.refused]).toEqual(['self_pay', 'abc', 1234, null])
    expect(read.hits[0]).toMatchObject({ number: 1, rule: 'P-001', remedy: { en: 'change' }, reasonNeeded: true, yuan: '20.00', facts: { age: '30' } })
    expect(read.hits[0]!.lines.map((l) => [l.line, l.charged])).toEqual([['2', true], ['1', false]])
    expect(read.unknowns[0]).toMatchObject({ person: 'P1', missing: 'person.birth', missingName: '参保人.出生日期' })
    expect(read.lifted).toEqual([{ id: 'h0', rule: 'P-002' }])
    expect(read.notReached).toEqual([{ rule: 'P-009', closed: true }])
  })
  it('of the national door says the same in its own names', () => {
    const read = readAnswer(national)!
    expect(read.hits[0]).toMatchObject({ id: 'h9', severity: 'suspect', message: { zh: '甲', en: '' }, advice: 'warn', yuan: '20', openUntil: '9999-12-31 23:59:59' })
    expect(isOpenEnded(read.hits[0]!.openUntil)).toBe(true)
    expect(read.lifted).toEqual([{ id: 'h0', rule: '' }])
  })
  it('that refuses says its code, at both doors', () => {
    expect(readAnswer({ code: 'YJ1003', title: '数据项格式不正确', title_en: 'wrong', detail: '数据项格式不正确：time', place: 'time' })!.refused).toEqual({ code: 'YJ1003', zh: '数据项格式不正确：time', en: 'wrong', place: 'time' })
    expect(readAnswer({ infcode: -1, err_msg: '[YJ2003]报文须签名' })!.refused).toMatchObject({ code: 'YJ2003', zh: '报文须签名' })
  })
  it('that says nothing to read is none', () => {
    for (const odd of [null, undefined, 'encrypted', 5, [], {}, { output: 'QUJD' }, { infcode: 0, output: {} }]) expect(readAnswer(odd)).toBeNull()
  })
  it('survives what nobody promised', () => {
    const odd = { answers: [{ hits: [{}, null, 7], unknowns: 'x' }, 5], advice: 'maybe' }
    expect(readAnswer(odd)!.hits).toHaveLength(1)
    expect(readAnswer(odd)!.advice).toBeNull()
  })
})

describe('lines that hits touch', () => {
  it('are known by visit and serial, each hit once', () => {
    const touches = touchesOf(readAnswer(twin)!.hits)
    expect(touches('V1', '2')).toEqual([{ number: 1, charged: true }])
    expect(touches('V1', '1')).toEqual([{ number: 1, charged: false }])
    expect(touches('V2', '2')).toEqual([])
  })
  it('are of any visit where the hit does not say of which', () => {
    expect(touchesOf(readAnswer(national)!.hits)('V1', '2')).toEqual([{ number: 1, charged: true }])
  })
})
