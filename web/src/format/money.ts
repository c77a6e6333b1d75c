// Money as people read it. Amounts are integer fen (1/100 yuan) and stay integers: no amount is ever divided into a
// floating number before it is rounded. Null is unknown and reads as a dash, never as zero.

export const kNothing = '—'

function grouped(whole: number): string {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ',')
}

// ¥12,345.67; minus goes before the sign of the currency.
export function formatFen(fen: number | null | undefined): string {
  if (fen == null) return kNothing
  if (!Number.isSafeInteger(fen)) throw new RangeError(`not an amount in fen: ${fen}`)
  const size = Math.abs(fen)
  const cents = String(size % 100).padStart(2, '0')
  return `${fen < 0 ? '-' : ''}¥${grouped(Math.floor(size / 100))}.${cents}`
}

interface Scale {
  from: number
  unit: string
}
const kScales: Record<string, Scale[]> = {
  'zh-CN': [
    { from: 10_000_000_000, unit: '亿' },
    { from: 1_000_000, unit: '万' },
  ],
  en: [
    { from: 100_000_000_000, unit: 'B' },
    { from: 100_000_000, unit: 'M' },
    { from: 100_000, unit: 'K' },
  ],
}

// ¥123.46万 or ¥1.23M: for figures that are compared, not reconciled. Half a hundredth rounds away from zero.
export function formatFenShort(fen: number | null | undefined, locale: string): string {
  if (fen == null) return kNothing
  const size = Math.abs(fen)
  const scales = kScales[locale] ?? kScales['en']!
  // A value that rounds up to the next unit is written in it: 9999.996万 is 1.00亿.
  const scale = scales.find((s) => size + s.from / 200 / 10_000 >= s.from)
  if (!scale) return formatFen(fen)
  const hundredths = Math.floor((size + scale.from / 200) / (scale.from / 100))
  const text = `${grouped(Math.floor(hundredths / 100))}.${String(hundredths % 100).padStart(2, '0')}`
  return `${fen < 0 ? '-' : ''}¥${text}${scale.unit}`
}

// What a person typed as yuan, in fen; null when it is no amount with at most two decimals.
export function parseYuan(text: string): number | null {
  const match = /^(-?)(\d{1,13})(?:\.(\d{1,2}))?$/.exec(text.trim().replace(/[¥,\s]/g, ''))
  if (!match) return null
  const fen = Number(match[2]) * 100 + Number((match[3] ?? '').padEnd(2, '0'))
  return match[1] && fen ? -fen : fen
}
