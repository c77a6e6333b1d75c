// A row of a suspect in two pieces: what it is, and what tells it from its like. Settlements and visits have no item: they are
// called by their kind and number.
import type { Schemas } from '@/api/client'

type Line = Pick<Schemas['Line'], 'kind' | 'no' | 'item_code' | 'item_name'>

export function lineName(line: Line, t: (key: string) => string): string {
  return line.item_name ?? line.item_code ?? t(`row_kind.${line.kind}`)
}

export function lineMarks(line: Line): string[] {
  return [line.no, line.item_name ? line.item_code : null].filter((mark) => mark != null)
}
