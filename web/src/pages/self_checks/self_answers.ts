// What an institution admits in a self-inspection, item by item.
import type { Schemas } from '@/api/client'

type Item = Schemas['SelfCheckItem']
export interface SelfAnswer {
  admitted: 'yes' | 'no' | ''
  amount: number | null
  refund: number | null
  note: string
}
export type SelfAnswers = Record<string, SelfAnswer>

export const startSelfCheck = (items: readonly Item[]): SelfAnswers =>
  Object.fromEntries(items.map((item) => [item.code, { admitted: item.admitted == null ? '' : item.admitted ? 'yes' : 'no', amount: item.admitted_fen ?? null, refund: item.refund_fen ?? null, note: item.note ?? '' }]))

// Not answered, or admitted without an amount, or refunding more than is admitted.
export const openItems = (items: readonly Item[], answers: Readonly<SelfAnswers>): Item[] =>
  items.filter((item) => {
    const given = answers[item.code]
    if (!given?.admitted) return true
    return given.admitted === 'yes' && (given.amount === null || given.refund === null || given.refund > given.amount)
  })

export function sumSelfCheck(items: readonly Item[], answers: Readonly<SelfAnswers>): { admitted: number; refund: number } {
  const yes = items.map((item) => answers[item.code]).filter((given) => given?.admitted === 'yes')
  return { admitted: yes.reduce((all, given) => all + (given!.amount ?? 0), 0), refund: yes.reduce((all, given) => all + (given!.refund ?? 0), 0) }
}

export function selfCheckBody(items: readonly Item[], answers: Readonly<SelfAnswers>): Schemas['SelfCheckInput']['items'] {
  return items.map((item) => {
    const given = answers[item.code]
    const yes = given?.admitted === 'yes'
    return { code: item.code, admitted: given?.admitted ? yes : null, admitted_fen: yes ? given.amount : null, refund_fen: yes ? given.refund : null, note: given?.note.trim() || null }
  })
}
