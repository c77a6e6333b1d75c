// Views and sums of an opinion's lines. A sum is unknown while no line has that amount: a dash, not zero.
import type { Schemas } from '@/api/client'

type Line = Schemas['OpinionLine']
export const kLineViews = ['all', 'open', 'accepted', 'contested', 'appealed'] as const
export type LineView = (typeof kLineViews)[number]

export function viewLines(lines: readonly Line[], view: LineView): readonly Line[] {
  switch (view) {
    case 'all': return lines
    case 'open': return lines.filter((line) => !line.answer)
    case 'accepted': return lines.filter((line) => line.answer === 'accept')
    case 'contested': return lines.filter((line) => line.answer === 'contest')
    case 'appealed': return lines.filter((line) => line.appealed)
  }
}

export interface LineSums {
  put: number
  answered: number | null
  reviewed: number | null
  confirmed: number | null
}
const sumKnown = (amounts: readonly (number | null | undefined)[]): number | null => {
  const known = amounts.filter((amount): amount is number => amount != null)
  return known.length ? known.reduce((all, amount) => all + amount, 0) : null
}
export function sumLines(lines: readonly Line[]): LineSums {
  return {
    put: lines.reduce((all, line) => all + line.chk_vola_amt_fen, 0),
    answered: sumKnown(lines.map((line) => line.answer_amt_fen)),
    reviewed: sumKnown(lines.map((line) => line.review_amt_fen)),
    confirmed: sumKnown(lines.map((line) => line.cnfm_vola_amt_fen)),
  }
}
