// One page of rows that are all here, sorted by a field; what is missing comes last either way.
import type { TableState } from './table_state'

export function pageOf<Row extends object>(rows: readonly Row[], state: Pick<TableState, 'page' | 'size' | 'sort'>): Row[] {
  const down = state.sort.startsWith('-')
  const field = state.sort.replace('-', '')
  const value = (row: Row) => (row as Record<string, unknown>)[field] as string | number | null | undefined
  const sorted = !field
    ? [...rows]
    : [...rows].sort((a, b) => {
        const [x, y] = [value(a), value(b)]
        if (x == null || y == null) return x == null ? (y == null ? 0 : 1) : -1
        const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y))
        return down ? -order : order
      })
  return sorted.slice((state.page - 1) * state.size, state.page * state.size)
}
