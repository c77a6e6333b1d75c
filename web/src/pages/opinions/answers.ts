// An institution's answer, line by line: what is typed, whether it is whole, what is sent.
import type { Schemas } from '@/api/client'

type Line = Schemas['OpinionLine']
export interface LineAnswer {
  answer: 'accept' | 'contest' | ''
  // Of a contested line: the part that is accepted all the same. Null: none.
  amount: number | null
  reason: string
  evidence: string[]
}
export type Answers = Record<string, LineAnswer>

export function startAnswers(lines: readonly Line[]): Answers {
  return Object.fromEntries(
    lines.map((line) => [line.line, {
      answer: line.answer ?? '', amount: line.answer === 'contest' ? (line.answer_amt_fen || null) : null, reason: line.answer_reason ?? '', evidence: [...(line.answer_evidence ?? [])],
    }]),
  )
}
export function answerWhole(line: Line, answer: LineAnswer | undefined): boolean {
  if (!answer?.answer) return false
  if (answer.answer === 'accept') return true
  return answer.reason.trim().length > 0 && (answer.amount ?? 0) < line.chk_vola_amt_fen
}
export interface AnswerCount {
  open: number
  accepted: number
  contested: number
  unfinished: number
  acceptedFen: number
}
export function countAnswers(lines: readonly Line[], answers: Readonly<Answers>): AnswerCount {
  const count: AnswerCount = { open: 0, accepted: 0, contested: 0, unfinished: 0, acceptedFen: 0 }
  for (const line of lines) {
    const answer = answers[line.line]
    if (!answer?.answer) {
      count.open++
      continue
    }
    if (answer.answer === 'accept') count.accepted++
    else count.contested++
    if (!answerWhole(line, answer)) count.unfinished++
    count.acceptedFen += answer.answer === 'accept' ? line.chk_vola_amt_fen : (answer.amount ?? 0)
  }
  return count
}
// Accepts what is not answered yet, of one rule or of all.
export function acceptOpen(lines: readonly Line[], answers: Readonly<Answers>, rule = ''): Answers {
  const next = { ...answers }
  for (const line of lines) {
    if (!next[line.line]?.answer && (!rule || line.rule === rule)) next[line.line] = { answer: 'accept', amount: null, reason: '', evidence: [] }
  }
  return next
}
export function answerBody(lines: readonly Line[], answers: Readonly<Answers>): Schemas['AnswerInput']['lines'] {
  return lines.flatMap((line): Schemas['AnswerInput']['lines'] => {
    const answer = answers[line.line]
    if (!answer?.answer) return []
    if (answer.answer === 'accept') return [{ line: line.line, answer: 'accept' }]
    return [{
      line: line.line, answer: 'contest', answer_amt_fen: answer.amount ?? 0,
      ...(answer.reason.trim() ? { reason: answer.reason.trim() } : {}), ...(answer.evidence.length ? { evidence: answer.evidence } : {}),
    }]
  })
}
