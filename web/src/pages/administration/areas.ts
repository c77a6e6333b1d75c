// The tree of areas as rows, and what a code looks like.
import type { Schemas } from '@/api/client'

type Area = Schemas['Area']
export interface AreaRow {
  area: Area
  depth: number
}
const kDepthMax = 8

// Parents first; what has no parent among them is a root.
export function treeOf(all: readonly Area[]): AreaRow[] {
  const known = new Set(all.map((area) => area.code))
  const below = (parent: Area | null, depth: number): AreaRow[] =>
    depth > kDepthMax ? [] : all.filter((area) => (parent ? area.parent === parent.code : !area.parent || !known.has(area.parent))).flatMap((area) => [{ area, depth }, ...below(area, depth + 1)])
  return below(null, 0)
}

export const isAreaCode = (code: string) => /^\d{6,12}$/.test(code)
