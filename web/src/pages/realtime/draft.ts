// A draft as it is sent, looked at and changed: a JSON tree under national names (3101, 3102) or those of the plain twin. The tree
// itself is the truth; what is shown in tables are its nodes, and a change makes a new tree and leaves the rest of it alone.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type Node = { [name: string]: Json }
export type Path = readonly (string | number)[]

const kPersons = ['persons', 'patient_dtos', 'patientDtos']
const kVisits = ['visits', 'fsi_encounter_dtos', 'encounter_dtos', 'encounterDtos']
const kLines = ['lines', 'fsi_order_dtos', 'order_dtos', 'orderDtos', 'feedetail']
const kDiagnoses = ['diagnoses', 'fsi_diagnose_dtos', 'diagnose_dtos', 'diagnoseDtos', 'diseinfo']
const kOperations = ['operations', 'fsi_operation_dtos', 'operation_dtos', 'operationDtos']
const kSerials = ['rx_id', 'feedetl_sn', 'bkkp_sn']

export interface Line {
  path: Path
  node: Node
  serial: string
}
export interface Visit {
  path: Path
  node: Node
  id: string
  linesPath: Path
  lines: Line[]
  diagnoses: Line[]
  operations: Line[]
}
export interface Person {
  path: Path
  node: Node
  id: string
  visits: Visit[]
}

export const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)
const scalar = (value: Json | undefined) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
const text = (value: Json | undefined) => (scalar(value) ? String(value) : '')
const firstText = (node: Node, names: readonly string[]) => names.map((name) => text(node[name])).find(Boolean) ?? ''

// The list below one of the names, and where it stands; one object is a list of one.
function listOf(node: Node, names: readonly string[], path: Path): { path: Path; items: { path: Path; node: Node }[] } {
  const name = names.find((one) => node[one] !== undefined && node[one] !== null)
  if (name === undefined) return { path: [...path, names[0]!], items: [] }
  const at = [...path, name]
  const value = node[name]
  if (isNode(value)) return { path: at, items: [{ path: at, node: value }] }
  const items = Array.isArray(value) ? value : []
  return { path: at, items: items.flatMap((one, i) => (isNode(one) ? [{ path: [...at, i], node: one }] : [])) }
}

// Where the persons hang: at the top, or within the input of a national message.
function rootOf(tree: Node): { path: Path; node: Node } {
  let at: { path: Path; node: Node } = { path: [], node: tree }
  for (const name of ['input', 'data']) {
    const below = at.node[name]
    if (!kPersons.some((one) => one in at.node) && isNode(below)) at = { path: [...at.path, name], node: below }
  }
  return at
}

export function personsOf(tree: Json | undefined): Person[] {
  if (!isNode(tree)) return []
  const root = rootOf(tree)
  const rows = (node: Node, names: readonly string[], path: Path) => {
    const list = listOf(node, names, path)
    return { path: list.path, rows: list.items.map((one) => ({ ...one, serial: firstText(one.node, kSerials) })) }
  }
  return listOf(root.node, kPersons, root.path).items.map((person) => ({
    ...person,
    id: firstText(person.node, ['psn_no', 'patn_id']),
    visits: listOf(person.node, kVisits, person.path).items.map((visit) => {
      const lines = rows(visit.node, kLines, visit.path)
      return {
        ...visit,
        id: text(visit.node['mdtrt_id']),
        linesPath: lines.path,
        lines: lines.rows,
        diagnoses: rows(visit.node, kDiagnoses, visit.path).rows,
        operations: rows(visit.node, kOperations, visit.path).rows,
      }
    }),
  }))
}

// The scalars of nodes, those that people look for first in front.
export const kLineFields = [
  'rx_id', 'feedetl_sn', 'bkkp_sn', 'fee_ocur_time', 'drord_begn_date', 'hilist_code', 'hilist_name', 'med_list_codg', 'cnt', 'pric',
  'det_item_fee_sumamt', 'sumamt', 'inscp_scp_amt', 'fulamt_ownpay_amt', 'ownpay_amt', 'preselfpay_amt', 'selfpay_amt', 'bilg_dept_codg', 'bilg_dr_code',
]
export const kVisitFields = ['mdtrt_id', 'med_type', 'insutype', 'begntime', 'adm_date', 'endtime', 'dscg_date', 'fixmedins_code', 'medins_id', 'medins_name']
export const kPersonFields = ['psn_no', 'patn_id', 'psn_name', 'patn_name', 'gend', 'brdy']
export const kDiagnosisFields = ['diag_code', 'dise_codg', 'diag_name', 'dise_name', 'maindiag_flag', 'maindise_flag']
// What a line has at least where it is edited.
const kLineMust = ['bkkp_sn', 'fee_ocur_time', 'hilist_code', 'cnt', 'pric', 'det_item_fee_sumamt']

export function fieldsOf(nodes: readonly Node[], first: readonly string[], must: readonly string[] = []): string[] {
  const there = new Set<string>(must)
  for (const node of nodes) for (const [name, value] of Object.entries(node)) if (scalar(value)) there.add(name)
  const rank = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length)
  return [...there].sort((a, b) => rank(a) - rank(b))
}
export function lineFields(lines: readonly Line[]): string[] {
  const nodes = lines.map((line) => line.node)
  const national = nodes.some((node) => kSerials.some((name) => name !== 'bkkp_sn' && name in node) || 'sumamt' in node)
  return fieldsOf(nodes, kLineFields, national ? [] : kLineMust)
}
export const shown = text

// ---- changes: each gives a new tree

function change(tree: Json, path: Path, make: (old: Json | undefined) => Json | undefined): Json {
  const [name, ...rest] = path
  if (name === undefined) return make(tree) ?? null
  if (Array.isArray(tree)) {
    const list = [...tree]
    const next = rest.length ? change(list[name as number] ?? {}, rest, make) : make(list[name as number])
    if (next === undefined) list.splice(name as number, 1)
    else list[name as number] = next
    return list
  }
  const node: Node = isNode(tree) ? { ...tree } : {}
  const next = rest.length ? change(node[name] ?? {}, rest, make) : make(node[name])
  if (next === undefined) delete node[name]
  else node[name] = next
  return node
}

// A number stays a number when what was typed is one and can be written as one without loss; emptied: the field goes.
export function withValue(tree: Json, path: Path, typed: string): Json {
  const value = typed.trim()
  return change(tree, path, (old) => {
    if (value === '') return undefined
    if (typeof old === 'number' && /^-?\d{1,15}(\.\d{1,6})?$/.test(value) && String(Number(value)).length <= value.length) return Number(value)
    return value
  })
}

// A line like the one before it, under the next free serial.
export function withLine(tree: Json, visit: Visit): Json {
  const last = visit.lines.at(-1)
  const name = last ? (kSerials.find((one) => one in last.node) ?? 'bkkp_sn') : 'bkkp_sn'
  const taken = new Set(visit.lines.map((line) => line.serial))
  let number = visit.lines.length + 1
  while (taken.has(String(number))) number++
  const line: Node = last ? { ...last.node, [name]: String(number) } : { bkkp_sn: String(number), fee_ocur_time: text(visit.node['begntime']), hilist_code: '', cnt: '1', pric: '0.00', det_item_fee_sumamt: '0.00' }
  return change(tree, visit.linesPath, (old) => [...(Array.isArray(old) ? old : isNode(old) ? [old] : []), line])
}
export function without(tree: Json, path: Path): Json {
  return change(tree, path, () => undefined)
}

// ---- text

export function parseDraft(written: string): { tree: Json; wrong: null } | { tree: null; wrong: string } {
  try {
    const tree = JSON.parse(written) as Json
    return isNode(tree) ? { tree, wrong: null } : { tree: null, wrong: 'no object' }
  } catch (error) {
    return { tree: null, wrong: error instanceof Error ? error.message : String(error) }
  }
}
export const writeDraft = (tree: Json) => JSON.stringify(tree, null, 2)

// What the twin is asked: the persons of a national message without its envelope; the message's own number is not used again.
// Of a masked request what was hidden whole goes, so that nobody is asked about a birthday of stars.
export function draftOf(request: Json): Json | null {
  if (!isNode(request)) return null
  const root = rootOf(request)
  if (!kPersons.some((name) => name in root.node)) return null
  const time = text(request['time']) || text(request['inf_time'])
  const rest = Object.fromEntries(Object.entries(root.node).filter(([name]) => name !== 'msgid' && name !== 'time'))
  return { ...(time ? { time } : {}), ...(unhide(rest) as Node) }
}
const kHidden = '***'
function unhide(value: Json): Json {
  if (Array.isArray(value)) return value.map(unhide)
  if (!isNode(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== kHidden).map(([name, one]) => [name, unhide(one)]))
}

export const kEmptyDraft: Json = {
  time: '', persons: [{ psn_no: '', gend: '', brdy: '', visits: [{ mdtrt_id: '', med_type: '11', insutype: '310', begntime: '', diagnoses: [{ diag_code: '', maindiag_flag: '1' }], lines: [] }] }],
}

// ---- where a mistake is

// The server's path, in the names of the interface ("patient_dtos[0].fsi_encounter_dtos[0].fsi_order_dtos[2].cnt"), as a path of
// this tree. Null: it names nothing here.
export function placeOf(tree: Json | undefined, place: string): Path | null {
  if (!isNode(tree) || !place) return null
  const steps = place.split('.').flatMap((piece) => {
    const match = /^(\w+)(?:\[(\d+)\])?$/.exec(piece)
    return match ? [match[1]!, ...(match[2] === undefined ? [] : [Number(match[2])])] : []
  })
  const root = rootOf(tree)
  const families = [kPersons, kVisits, kLines, kDiagnoses, kOperations]
  let node: Json | undefined = root.node
  const path: (string | number)[] = [...root.path]
  for (const step of steps) {
    if (typeof step === 'number') {
      if (Array.isArray(node)) {
        node = node[step]
        path.push(step)
      }
      continue
    }
    if (!isNode(node)) return null
    const holder: Node = node
    const family = families.find((names) => names.includes(step))
    // A person's or a line's number has several names; the one that is there is meant.
    const names: readonly string[] = family ?? (step === 'patn_id' || step === 'psn_no' ? ['psn_no', 'patn_id'] : kSerials.includes(step) ? kSerials : [step])
    const name: string = names.find((one) => one in holder) ?? (step === 'patn_id' ? 'psn_no' : step === 'rx_id' ? 'bkkp_sn' : step)
    path.push(name)
    node = holder[name]
  }
  return path.length > root.path.length ? path : null
}
export const samePath = (a: Path, b: Path | null) => b !== null && a.length === b.length && a.every((step, i) => step === b[i])
