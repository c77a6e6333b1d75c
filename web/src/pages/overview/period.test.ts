import { describe, expect, it } from 'vitest'
import { monthsOf, periodOf } from './period'

describe('periods of the overview', () => {
  it('are whole months, the day after the last left out', () => {
    expect(periodOf('month', '2026-03-18')).toEqual({ from: '2026-03-01', until: '2026-04-01' })
    expect(periodOf('quarter', '2026-03-31')).toEqual({ from: '2026-01-01', until: '2026-04-01' })
    expect(periodOf('year', '2026-03-18')).toEqual({ from: '2026-01-01', until: '2027-01-01' })
  })
  it('cross the end of a year', () => {
    expect(periodOf('month', '2026-12-31')).toEqual({ from: '2026-12-01', until: '2027-01-01' })
    expect(periodOf('quarter', '2026-11-25')).toEqual({ from: '2026-10-01', until: '2027-01-01' })
  })
  it('of chosen months include the last one', () => {
    expect(monthsOf('2026-03', '2026-12')).toEqual({ from: '2026-03-01', until: '2027-01-01' })
    expect(monthsOf('', '2026-02')).toEqual({ until: '2026-03-01' })
    expect(monthsOf('2026-03-15', '2026-13')).toEqual({})
  })
  it('are open when everything is asked for', () => {
    expect(periodOf('all', '2026-03-18')).toEqual({})
    expect(periodOf('custom', '2026-03-18')).toEqual({})
  })
})
