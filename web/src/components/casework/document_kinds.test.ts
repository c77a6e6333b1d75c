import { describe, expect, it } from 'vitest'
import { kCaseKinds, kPeriodKinds, lastMonth, lastQuarter, quartersBefore } from './document_kinds'

describe('periods of documents', () => {
  it('are the last whole ones', () => {
    expect([lastMonth('2026-01-31'), lastMonth('2026-11-25'), lastMonth('2026-12-01')]).toEqual(['2025-12', '2026-10', '2026-11'])
    expect([lastQuarter('2026-03-31'), lastQuarter('2026-04-01'), lastQuarter('2026-12-31')]).toEqual(['2025-Q4', '2026-Q1', '2026-Q3'])
    expect(quartersBefore('2026-05-01', 3)).toEqual(['2026-Q1', '2025-Q4', '2025-Q3'])
  })
})
it('every kind is of a case or of a period', () => {
  expect(kPeriodKinds).toEqual(['monthly_table', 'quarterly_bulletin'])
  expect(kCaseKinds).toHaveLength(8)
})
