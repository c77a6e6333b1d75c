import { describe, expect, it } from 'vitest'
import { daysBetween, formatDay, formatTime, toMillis } from './date'
import { formatFen, formatFenShort, parseYuan } from './money'
import { formatCount, formatPercent, formatShare } from './percent'

describe('money', () => {
  it('is written from whole fen', () => {
    expect(formatFen(1_234_567)).toBe('¥12,345.67')
    expect(formatFen(5)).toBe('¥0.05')
    expect(formatFen(-120_050)).toBe('-¥1,200.50')
    expect(formatFen(0)).toBe('¥0.00')
    expect(formatFen(Number.MAX_SAFE_INTEGER)).toBe('¥90,071,992,547,409.91')
  })
  it('says a dash when unknown, and refuses what is no amount', () => {
    expect(formatFen(null)).toBe('—')
    expect(formatFenShort(undefined, 'en')).toBe('—')
    expect(() => formatFen(1.5)).toThrow(RangeError)
    expect(() => formatFen(Number.NaN)).toThrow(RangeError)
  })
  it('is shortened to the unit of the language', () => {
    expect(formatFenShort(1_284_563_921, 'zh-CN')).toBe('¥1,284.56万')
    expect(formatFenShort(1_284_563_921, 'en')).toBe('¥12.85M')
    expect(formatFenShort(999_900, 'zh-CN')).toBe('¥9,999.00')
    expect(formatFenShort(12_345_678_901, 'zh-CN')).toBe('¥1.23亿')
    expect(formatFenShort(-5_000_000, 'zh-CN')).toBe('-¥5.00万')
  })
  it('goes to the next unit when rounding reaches it', () => {
    expect(formatFenShort(9_999_999_999, 'zh-CN')).toBe('¥1.00亿')
    expect(formatFenShort(99_999_999, 'en')).toBe('¥1.00M')
  })
  it('is read from what people type', () => {
    expect(parseYuan('¥12,345.67')).toBe(1_234_567)
    expect(parseYuan(' 7.5 ')).toBe(750)
    expect(parseYuan('-3')).toBe(-300)
    for (const wrong of ['', '1.234', 'abc', '1e5', '--1', '99999999999999', '１２']) expect(parseYuan(wrong), wrong).toBeNull()
  })
})

describe('dates', () => {
  it("are the fund's, not the reader's", () => {
    expect(formatTime('2024-03-04T16:15:00Z')).toBe('2024-03-05 00:15')
    expect(formatDay('2024-03-04T16:15:00Z')).toBe('2024-03-05')
    expect(formatTime('2024-03-05T08:15:30+08:00', true)).toBe('2024-03-05 08:15:30')
  })
  it('leave a plain day alone and show what they cannot read', () => {
    expect(formatDay('2024-02-29')).toBe('2024-02-29')
    expect(formatDay('soon')).toBe('soon')
    expect(formatDay(null)).toBe('—')
  })
  it('count days over a leap day', () => {
    expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2)
    expect(toMillis('2024-01-01')).toBe(Date.parse('2023-12-31T16:00:00Z'))
  })
})

describe('shares and counts', () => {
  it('are unknown rather than zero', () => {
    expect(formatPercent(0.1234)).toBe('12.3%')
    expect(formatShare(1, 0)).toBe('—')
    expect(formatShare(null, 5)).toBe('—')
    expect(formatCount(1_048_576)).toBe('1,048,576')
  })
})
