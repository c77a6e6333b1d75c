// What a draft decision orders, checked as far as the articles handed out say; the server checks all of it again.
import type { Schemas } from '@/api/client'

export type Kind = Schemas['MeasureKind']
export type Choice = Schemas['SanctionChoice']
export interface DraftMeasure {
  kind: Kind
  article: string
  amount: number | null
  multiple: string
  from: string
  until: string
  target: string
  note: string
}
export const emptyMeasure = (kind: Kind): DraftMeasure => ({ kind, article: '', amount: null, multiple: '', from: '', until: '', target: '', note: '' })

export const kWithoutSanction: readonly Kind[] = ['no_violation', 'inconclusive']
export const takesLines = (kind: Kind) => kind === 'recover' || kind === 'refuse_payment'
export const takesMoney = (kind: Kind) => takesLines(kind) || kind === 'liquidated_damages' || kind === 'fine'
export const takesMultiple = (kind: Kind) => kind === 'liquidated_damages' || kind === 'fine'
export const needsPeriod = (kind: Kind) => kind === 'suspend'
export const needsUntil = (kind: Kind) => kind === 'suspend' || kind === 'correct'

export function hundredths(multiple: string): number | null {
  const match = /^([0-9])(?:\.([0-9]{1,2}))?$/.exec(multiple.trim())
  return match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : null
}
// A part of a fen falls to the one who pays.
export function fineOf(baseFen: number, multiple: string): number | null {
  const times = hundredths(multiple)
  return times === null ? null : Number((BigInt(baseFen) * BigInt(times)) / 100n)
}

export const kindsOf = (choices: readonly Choice[]): Kind[] => [...new Set([...choices.flatMap((c) => c.measures), ...kWithoutSanction])]
export const articlesFor = (choices: readonly Choice[], kind: Kind) => choices.filter((choice) => choice.measures.includes(kind))

// The key of what is wrong (draft_wrong.*), or null.
export function wrongWith(measure: DraftMeasure, choices: readonly Choice[]): string | null {
  const choice = choices.find((c) => c.article === measure.article)
  if (['fine', 'suspend'].includes(measure.kind) && !choice) return 'article'
  if (choice && !choice.measures.includes(measure.kind)) return 'kind'
  if (measure.kind === 'fine' && choice) {
    if (choice.multiple_min != null && choice.multiple_max != null) {
      const times = hundredths(measure.multiple)
      if (times === null || times < hundredths(choice.multiple_min)! || times > hundredths(choice.multiple_max)!) return 'multiple'
    } else if (measure.amount === null || measure.amount < (choice.fine_min_fen ?? 0) || measure.amount > (choice.fine_max_fen ?? Infinity)) return 'fine_range'
  }
  if (measure.kind === 'liquidated_damages' && !measure.amount && !hundredths(measure.multiple)) return 'amount'
  if (needsPeriod(measure.kind) && !measure.from) return 'from'
  if (needsUntil(measure.kind) && (!measure.until || (measure.from && measure.until < measure.from))) return 'until'
  if (measure.kind === 'transfer' && !measure.target.trim()) return 'target'
  return null
}

// Of several measures that refuse or recover, only one may take the rest; together they take all that is confirmed.
export function wrongTogether(measures: readonly DraftMeasure[], baseFen: number): string | null {
  if (!measures.length) return 'none'
  if (measures.some((m) => kWithoutSanction.includes(m.kind)) && measures.length > 1) return 'without_sanction'
  const lines = measures.filter((m) => takesLines(m.kind))
  const named = lines.reduce((all, m) => all + (m.amount ?? 0), 0)
  const open = lines.filter((m) => m.amount === null).length
  if (open > 1) return 'two_rests'
  if (named > baseFen || (lines.length && !open && named !== baseFen)) return 'not_all'
  return null
}

export function totalOf(measures: readonly DraftMeasure[], baseFen: number): number {
  const lines = measures.filter((m) => takesLines(m.kind))
  const refunds = lines.some((m) => m.amount === null) ? baseFen : lines.reduce((all, m) => all + m.amount!, 0)
  const others = measures.filter((m) => takesMultiple(m.kind)).reduce((all, m) => all + ((m.multiple ? fineOf(baseFen, m.multiple) : m.amount) ?? 0), 0)
  return refunds + others
}

export function bodyOf(measure: DraftMeasure): Schemas['MeasureInput'] {
  const byMultiple = takesMultiple(measure.kind) && measure.multiple.trim() !== ''
  return {
    kind: measure.kind,
    ...(measure.article ? { article: measure.article } : {}),
    ...(takesMoney(measure.kind) && !byMultiple && measure.amount !== null ? { amount_fen: measure.amount } : {}),
    ...(byMultiple ? { multiple: measure.multiple.trim() } : {}),
    ...(needsPeriod(measure.kind) && measure.from ? { from: measure.from } : {}),
    ...(needsUntil(measure.kind) && measure.until ? { until: measure.until } : {}),
    ...(measure.target.trim() ? { target: measure.target.trim() } : {}),
    ...(measure.note.trim() ? { note: measure.note.trim() } : {}),
  }
}

// The ways a measure can be carried out.
export type Way = NonNullable<Schemas['ExecutionInput']['way']>
export const kWays: Record<Kind, readonly Way[]> = {
  refuse_payment: ['deducted', 'written_off'], recover: ['received', 'deducted', 'written_off'], liquidated_damages: ['received', 'deducted'], fine: ['received'],
  interview: ['held'], correct: ['ended'], suspend: ['begun', 'ended'], end_agreement: ['begun'], transfer: ['receipted'], no_violation: [], inconclusive: [],
}
