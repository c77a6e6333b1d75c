export interface Flow {
  from: string
  to: string
  amount_fen: number
}

// The largest flows first, leaving out whatever would close a circle or has no amount: what is left can be drawn left to right.
export function acyclic<F extends Flow>(flows: readonly F[]): F[] {
  const next = new Map<string, string[]>()
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true
    seen.add(from)
    return (next.get(from) ?? []).some((node) => !seen.has(node) && reaches(node, to, seen))
  }
  const kept = new Set<F>()
  for (const flow of [...flows].sort((a, b) => b.amount_fen - a.amount_fen)) {
    if (flow.amount_fen <= 0 || reaches(flow.to, flow.from)) continue
    kept.add(flow)
    next.set(flow.from, [...(next.get(flow.from) ?? []), flow.to])
  }
  return flows.filter((flow) => kept.has(flow))
}
