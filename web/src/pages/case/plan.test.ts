import { describe, expect, it } from 'vitest'
import { kStations, lifeOf, waitsFor } from './life'
import { bodyOf, emptyMeasure, fineOf, hundredths, totalOf, wrongTogether, wrongWith, type Choice } from './plan'

const choice: Choice = {
  article: 'A 38(3)', zh: '', en: '', who: 'institution', base_fen: 1_000_001, multiple_min: '1', multiple_max: '2', fine_min_fen: 1_000_001, fine_max_fen: 2_000_002, hearing: false,
  measures: ['recover', 'fine', 'suspend'],
}
const fixed: Choice = { ...choice, article: 'A 39', multiple_min: null, multiple_max: null, fine_min_fen: 1_000_000, fine_max_fen: 5_000_000, measures: ['fine'] }

describe('a fine', () => {
  it('is base times multiple, a part of a fen to the one who pays', () => {
    expect(fineOf(1_000_001, '1.55')).toBe(1_550_001)
    expect(fineOf(33, '1.5')).toBe(49)
    expect(fineOf(9_007_199_254_740, '5')).toBe(45_035_996_273_700)
    expect(fineOf(100, 'x')).toBeNull()
  })
  it('reads multiples as the server does', () => {
    expect([hundredths('2'), hundredths('1.5'), hundredths('1.05'), hundredths('12'), hundredths('-1'), hundredths('1.555')]).toEqual([200, 150, 105, null, null, null])
  })
  it('stays within its article', () => {
    const fine = { ...emptyMeasure('fine'), article: 'A 38(3)' }
    expect(wrongWith({ ...fine, article: '' }, [choice])).toBe('article')
    expect(wrongWith({ ...fine, multiple: '2.01' }, [choice])).toBe('multiple')
    expect(wrongWith({ ...fine, multiple: '2' }, [choice])).toBeNull()
    expect(wrongWith({ ...fine, article: 'A 39', amount: 999_999 }, [fixed])).toBe('fine_range')
    expect(wrongWith({ ...fine, article: 'A 39', amount: 5_000_000 }, [fixed])).toBeNull()
  })
})
describe('refunds', () => {
  const recover = emptyMeasure('recover')
  it('take all that is confirmed', () => {
    expect(wrongTogether([recover], 500)).toBeNull()
    expect(wrongTogether([recover, recover], 500)).toBe('two_rests')
    expect(wrongTogether([{ ...recover, amount: 400 }], 500)).toBe('not_all')
    expect(wrongTogether([{ ...recover, amount: 400 }, emptyMeasure('refuse_payment')], 500)).toBeNull()
    expect(wrongTogether([{ ...recover, amount: 501 }, emptyMeasure('refuse_payment')], 500)).toBe('not_all')
    expect(wrongTogether([], 500)).toBe('none')
    expect(wrongTogether([emptyMeasure('no_violation'), recover], 500)).toBe('without_sanction')
  })
  it('sum up with fines', () => {
    expect(totalOf([recover, { ...emptyMeasure('fine'), multiple: '1.5' }], 1_000)).toBe(2_500)
  })
})
it('sends only what its kind takes', () => {
  expect(bodyOf({ ...emptyMeasure('interview'), amount: 5, multiple: '2', from: '2026-01-01', target: ' x ' })).toEqual({ kind: 'interview', target: 'x' })
  expect(bodyOf({ ...emptyMeasure('fine'), amount: 5, multiple: '2', article: 'a' })).toEqual({ kind: 'fine', multiple: '2', article: 'a' })
})

describe('the life of a case', () => {
  it('has one station now, done before it and later behind it', () => {
    for (const state of kStations) {
      const life = lifeOf(state)
      expect(life.filter((s) => s.when === 'now').map((s) => s.state)).toEqual([state])
      expect(life.slice(0, life.findIndex((s) => s.when === 'now')).every((s) => s.when === 'done')).toBe(true)
    }
  })
  it('shows an appeal while it lasts, and an end off the line', () => {
    expect(lifeOf('appealed').map((s) => s.state)).toContain('appealed')
    expect(lifeOf('deciding').map((s) => s.state)).not.toContain('appealed')
    expect(lifeOf('transferred')).toHaveLength(2)
    expect(waitsFor('answering')).toBe('institution')
  })
})
