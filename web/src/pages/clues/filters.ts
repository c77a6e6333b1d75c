// The filters of the queue. Their names in the page's address are those of GET /api/clues, so a saved filter, a draw and an
// assignment "of what is filtered" speak of exactly what the page shows.
import type { operations } from '@/api/schema.gen'
import type { TableDefaults, TableState } from '@/components/table/table_state'

export type ClueQuery = NonNullable<operations['clues']['parameters']['query']>
export const kViews = ['all', 'mine', 'pool'] as const
export const kStatuses = ['new', 'assigned', 'working', 'snoozed', 'in_case', 'closed', 'merged', 'withdrawn'] as const
export const kSeverities = ['violation', 'suspect', 'lead', 'monitor'] as const
export const kSources = ['rule', 'report', 'inspection', 'superior', 'media', 'department'] as const
export const kSubjectKinds = ['institution', 'doctor', 'person', 'code', 'group'] as const

export const kDefaults: TableDefaults = {
  sort: '-rank',
  filters: {
    view: 'all', status: [], source: '', severity: '', matter: '', rule: '', institution: '', subject_kind: '', area: '', assignee: '',
    min_fen: '', max_fen: '', from: '', until: '', sampled_out: '', text: '',
  },
}

// Only what is set; a filter that is no valid value is not sent.
export function filterOf(filters: TableState['filters'], area: string): ClueQuery {
  const query: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(filters)) {
    if (Array.isArray(value) ? value.length === 0 : !value) continue
    if (name === 'min_fen' || name === 'max_fen') {
      if (/^\d{1,15}$/.test(String(value))) query[name] = Number(value)
    } else if (name === 'sampled_out') query[name] = value === 'true'
    else if (name === 'from' || name === 'until') {
      if (/^\d{4}-\d{2}-\d{2}$/.test(String(value))) query[name] = value
    } else query[name] = value
  }
  if (!query['area'] && area) query['area'] = area
  return query as ClueQuery
}

export function queryOf(state: TableState, area: string): ClueQuery {
  return { ...filterOf(state.filters, area), page: state.page, size: state.size, sort: state.sort as ClueQuery['sort'] }
}

// As the API takes it in `filter`: one query string, names in order.
export function filterText(query: ClueQuery): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const one of [value].flat()) if (one !== undefined) params.append(name, String(one))
  }
  return params.toString()
}

// From a saved filter to the page's address: only names the page knows.
export function addressOf(text: string): Record<string, string | string[]> {
  const params = new URLSearchParams(text)
  const query: Record<string, string | string[]> = {}
  for (const [name, initial] of Object.entries(kDefaults.filters!)) {
    if (params.has(name)) query[name] = Array.isArray(initial) ? params.getAll(name) : params.get(name)!
  }
  const sort = params.get('sort')
  if (sort) query['sort'] = sort
  return query
}

const kExported = ['view', 'status', 'matter', 'institution', 'severity', 'area', 'text']
// What the export does not know of the present filters: the reader is told before a file says less or more than the page.
export function beyondExport(query: ClueQuery): string[] {
  return Object.keys(query).filter((name) => !kExported.includes(name))
}
