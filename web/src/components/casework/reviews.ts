// Uphold, lower or drop, per line: what is typed and what is sent. Used by the auditor's second look and by the experts' votes.
import type { Schemas } from '@/api/client'

type Line = Schemas['OpinionLine']
export interface LineReview {
  review: 'uphold' | 'lower' | 'drop' | ''
  amount: number | null
  reason: string
}
export type Reviews = Record<string, LineReview>

export function startReviews(lines: readonly Line[], typed: Readonly<Reviews> = {}): Reviews {
  return Object.fromEntries(lines.map((line) => [line.line, typed[line.line] ?? { review: '', amount: null, reason: '' }]))
}
// To lower is to name an amount below what was put to the institution; nothing at all is dropping, not lowering.
export function reviewWhole(line: Line, review: LineReview | undefined): boolean {
  if (!review?.review) return false
  return review.review !== 'lower' || (review.amount !== null && review.amount > 0 && review.amount < line.chk_vola_amt_fen)
}
export const reviewReady = (lines: readonly Line[], reviews: Readonly<Reviews>) => lines.length > 0 && lines.every((line) => reviewWhole(line, reviews[line.line]))

export function reviewBody(lines: readonly Line[], reviews: Readonly<Reviews>): Schemas['LineReviewInput']['lines'] {
  return lines.flatMap((line) => {
    const given = reviews[line.line]
    if (!given?.review) return []
    return [{
      line: line.line, review: given.review,
      ...(given.review === 'lower' && given.amount !== null ? { amt_fen: given.amount } : {}),
      ...(given.reason.trim() ? { reason: given.reason.trim() } : {}),
    }]
  })
}
