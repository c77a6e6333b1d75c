// Deciding on suspects, apart from screen and server: which orders a key press means, where the cursor goes, and which orders
// take it back. Amounts in fen. Edits are reviewed amounts by line id, as typed and not yet sent.
import type { Schemas } from '@/api/client'

export type Suspect = Schemas['Suspect']
export type Verdict = Schemas['Verdict']
export type Order = Schemas['VerdictInput']['verdicts'][number]
export type Edits = Readonly<Record<string, number>>

export const kDecisions = ['confirmed', 'refuted', 'coding_error', 'inconclusive'] as const
export const kKeyOf: Record<(typeof kDecisions)[number], string> = { confirmed: 'c', refuted: 'r', coding_error: 'e', inconclusive: 'i' }

export const chargedLines = (suspect: Suspect) => suspect.lines.filter((line) => line.charged)

// What a confirmed verdict would find: typed, else reviewed before, else everything attributed.
export function reviewedOf(line: Schemas['Line'], edits: Edits): number {
  return edits[line.id] ?? line.chk_vola_amt_fen ?? line.attributed_fen
}

// Whole suspects where nothing was typed; line by line where an amount was.
export function ordersFor(suspects: readonly Suspect[], verdict: Order['verdict'], edits: Edits = {}, note = ''): Order[] {
  const words = note.trim() ? { note: note.trim() } : {}
  return suspects.flatMap((suspect): Order[] => {
    const lines = chargedLines(suspect)
    const typed = verdict === 'confirmed' && lines.some((line) => edits[line.id] !== undefined && edits[line.id] !== line.attributed_fen)
    if (!typed) return [{ suspect: suspect.id, verdict, ...words }]
    return lines.map((line) => ({ line: line.id, verdict, chk_vola_amt_fen: reviewedOf(line, edits), ...words }))
  })
}

// The orders that bring these suspects back to how they are now.
export function restoring(suspects: readonly Suspect[]): Order[] {
  return suspects.flatMap((suspect): Order[] => {
    const lines = chargedLines(suspect)
    const mixed = lines.some((l) => l.verdict !== suspect.verdict || (l.verdict === 'confirmed' && l.chk_vola_amt_fen !== l.attributed_fen))
    if (!mixed) return [{ suspect: suspect.id, verdict: suspect.verdict, ...(suspect.verdict_note ? { note: suspect.verdict_note } : {}) }]
    return lines.map((l) => ({ line: l.id, verdict: l.verdict, ...(l.verdict === 'confirmed' && l.chk_vola_amt_fen != null ? { chk_vola_amt_fen: l.chk_vola_amt_fen } : {}) }))
  })
}

// The next undecided after here, from the top again when the end is reached; one further when none is left.
export function nextOpen(suspects: readonly Suspect[], here: number, deciding: ReadonlySet<string>): number {
  const open = (i: number) => suspects[i]!.verdict === 'undecided' && !deciding.has(suspects[i]!.id)
  for (let step = 1; step < suspects.length; step++) {
    const i = (here + step) % suspects.length
    if (open(i)) return i
  }
  return Math.min(here + 1, Math.max(0, suspects.length - 1))
}

// Shown at once, before the server's own words arrive.
export function foretold(suspect: Suspect, verdict: Verdict, edits: Edits, note: string): Suspect {
  const lines = suspect.lines.map((line) =>
    line.charged ? { ...line, verdict, chk_vola_amt_fen: verdict === 'confirmed' ? reviewedOf(line, edits) : null } : line,
  )
  const reviewed = verdict === 'confirmed' ? lines.reduce((sum, line) => sum + (line.chk_vola_amt_fen ?? 0), 0) : null
  return { ...suspect, verdict, lines, chk_vola_amt_fen: reviewed, verdict_note: note.trim() || suspect.verdict_note }
}

// The lines of a suspect as the timeline names them: by the finding it carries, else by the number of the charge.
export function linesInTimeline(suspect: Suspect, lines: readonly Schemas['Timeline']['lines'][number][]): Set<string> {
  const numbers = new Set(suspect.lines.flatMap((line) => [line.id, line.feedetl_sn]).filter(Boolean) as string[])
  return new Set(lines.filter((line) => line.findings.includes(suspect.id) || numbers.has(line.id)).map((line) => line.id))
}

// Which suspects speak of this line of the timeline.
export function suspectsOfLine(lineId: string, suspects: readonly Suspect[], lines: readonly Schemas['Timeline']['lines'][number][]): number[] {
  const line = lines.find((l) => l.id === lineId)
  return suspects.flatMap((suspect, i) =>
    line?.findings.includes(suspect.id) || suspect.lines.some((l) => l.id === lineId || l.feedetl_sn === lineId) ? [i] : [],
  )
}
