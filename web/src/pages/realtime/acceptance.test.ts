import { describe, expect, it } from 'vitest'
import { rated, rateOf, trendOf, type AcceptanceRow } from './acceptance'

const row = (key: string, told: number, changed: number, carried_on: number, with_reason = 0): AcceptanceRow => ({
  key, name: null, told, answered: changed + carried_on, changed, carried_on, with_reason, ignored: told - changed - carried_on, amount_fen: 0,
})

describe('the acceptance rate', () => {
  it('is changed of answered, and unknown where nobody answered', () => {
    expect(rateOf(row('a', 10, 3, 1))).toBe(0.75)
    expect(rateOf(row('a', 10, 0, 0))).toBeNull()
  })
  it('stands beside those who gave no reason', () => {
    expect(rated([row('a', 9, 2, 5, 3)], (r) => r.key.toUpperCase())[0]).toMatchObject({ rate: 2 / 7, without_reason: 2, label: 'A' })
  })
  it('runs over months in their order', () => {
    expect(trendOf([row('2026-03', 2, 1, 1), row('2025-12', 1, 0, 0)])).toEqual({ months: ['2025-12', '2026-03'], rates: [null, 0.5] })
  })
})
