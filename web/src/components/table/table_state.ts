// What a table shows: page, size, sort and filters, kept in the address so that a view can be sent to a colleague and the
// browser's back button undoes a filter.
import { computed, type ComputedRef } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'

export interface TableState {
  page: number
  size: number
  // A column's name, '-' before it for descending; empty is the server's own order.
  sort: string
  filters: Record<string, string | string[]>
}
export interface TableDefaults {
  size?: number
  sort?: string
  // Names of filters; those given as lists hold several values.
  filters?: Record<string, string | string[]>
  // Before the names in the address, where a page holds two tables.
  prefix?: string
}

export const kSizes = [20, 50, 100, 200]

export function parseState(query: Record<string, unknown>, defaults: TableDefaults): TableState {
  const prefix = defaults.prefix ?? ''
  const one = (name: string) => {
    const value = query[prefix + name]
    return typeof value === 'string' ? value : Array.isArray(value) ? String(value[0] ?? '') : undefined
  }
  const whole = (name: string, otherwise: number) => {
    const value = Number(one(name))
    return Number.isSafeInteger(value) && value > 0 ? value : otherwise
  }
  const size = whole('size', defaults.size ?? 50)
  const filters: TableState['filters'] = {}
  for (const [name, initial] of Object.entries(defaults.filters ?? {})) {
    const value = query[prefix + name]
    if (Array.isArray(initial)) filters[name] = value === undefined ? initial : [value].flat().map(String).filter(Boolean)
    else filters[name] = one(name) ?? initial
  }
  return { page: whole('page', 1), size: kSizes.includes(size) ? size : (defaults.size ?? 50), sort: one('sort') ?? defaults.sort ?? '', filters }
}

// Only what differs from the defaults is written; what else is in the address stays.
export function writeState(state: TableState, defaults: TableDefaults, query: LocationQueryRaw): LocationQueryRaw {
  const prefix = defaults.prefix ?? ''
  const next: LocationQueryRaw = { ...query }
  const put = (name: string, value: string | string[], initial: string | string[]) => {
    if (JSON.stringify(value) === JSON.stringify(initial)) delete next[prefix + name]
    else next[prefix + name] = Array.isArray(value) && value.length === 0 ? '' : value
  }
  put('page', String(state.page), '1')
  put('size', String(state.size), String(defaults.size ?? 50))
  put('sort', state.sort, defaults.sort ?? '')
  for (const [name, initial] of Object.entries(defaults.filters ?? {})) put(name, state.filters[name] ?? initial, initial)
  return next
}

export interface TableControl {
  state: ComputedRef<TableState>
  // Changes part of it. Anything but the page itself goes back to page 1.
  change: (part: Partial<TableState>) => void
  filter: (name: string, value: string | string[]) => void
  clear: () => void
  filtered: ComputedRef<boolean>
}

export function useTableState(defaults: TableDefaults = {}): TableControl {
  const route = useRoute()
  const router = useRouter()
  const state = computed(() => parseState(route.query, defaults))

  function change(part: Partial<TableState>) {
    const next = { ...state.value, ...part }
    if (part.page === undefined) next.page = 1
    void router.push({ query: writeState(next, defaults, route.query) })
  }
  return {
    state,
    change,
    filter: (name, value) => change({ filters: { ...state.value.filters, [name]: value } }),
    clear: () => change({ filters: { ...defaults.filters } }),
    filtered: computed(() => JSON.stringify(state.value.filters) !== JSON.stringify(parseState({}, defaults).filters)),
  }
}
