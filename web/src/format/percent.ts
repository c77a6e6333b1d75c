import { kNothing } from './money'

// A share between 0 and 1 as 12.3%; unknown, or a share of nothing, is a dash.
export function formatPercent(share: number | null | undefined, digits = 1): string {
  if (share == null || !Number.isFinite(share)) return kNothing
  return `${(share * 100).toFixed(digits)}%`
}

export function formatShare(part: number | null | undefined, whole: number | null | undefined, digits = 1): string {
  return part == null || !whole ? kNothing : formatPercent(part / whole, digits)
}

export function formatCount(count: number | null | undefined): string {
  return count == null ? kNothing : String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
