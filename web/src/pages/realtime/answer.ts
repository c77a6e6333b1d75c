// An answer as people read it, whether it came from the national door or from the plain twin, and where it touches the draft.
import type { Schemas } from '@/api/client'
import { isNode, type Json, type Node } from './draft'

export type Advice = Schemas['Advice']
// Chinese only where the national interface has no English.
export interface Words {
  zh: string
  en: string
}
export interface HitLine {
  kind: string
  line: string
  visit: string
  charged: boolean
  item: string
  name: string
  time: string
  yuan: string
  units: string
}
export interface Hit {
  number: number
  id: string
  rule: string
  version: string
  name: Words
  official: string
  severity: Schemas['Severity']
  visit: string
  message: Words
  why: Words
  remedy: Words
  basis: string[]
  facts: Record<string, string>
  advice: Advice
  reasonNeeded: boolean
  openUntil: string
  yuan: string
  yuanUnknown: boolean
  lines: HitLine[]
}
export interface Unknown {
  person: string
  rule: string
  name: Words
  line: string
  missing: string
  missingName: string
}
export interface Read {
  advice: Advice | null
  heldBack: boolean
  hits: Hit[]
  unknowns: Unknown[]
  lifted: { id: string; rule: string }[]
  notReached: { rule: string; closed: boolean }[]
  pack: string
  microseconds: number | null
  // The answer refuses the request.
  refused: { code: string; zh: string; en: string; place: string } | null
}

const text = (value: Json | undefined) => (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '')
const nodes = (value: Json | undefined): Node[] => (Array.isArray(value) ? value.filter(isNode) : [])
const words = (value: Json | undefined): Words => (isNode(value) ? { zh: text(value['zh']), en: text(value['en']) } : { zh: text(value), en: '' })
const kAdvice: readonly string[] = ['pass', 'warn', 'self_pay', 'block']
const advice = (value: Json | undefined): Advice | null => (kAdvice.includes(text(value)) ? (text(value) as Advice) : null)
const kSeverities: Record<string, Schemas['Severity']> = { '1': 'violation', '2': 'suspect', '3': 'lead' }

function twinHit(hit: Node, number: number): Hit {
  const facts = isNode(hit['facts']) ? hit['facts'] : {}
  return {
    number,
    id: text(hit['id']),
    rule: text(hit['rule']),
    version: text(hit['rule_version']),
    name: words(hit['name']),
    official: text(hit['official']),
    severity: text(hit['severity']) as Schemas['Severity'],
    visit: text(hit['visit']),
    message: words(hit['message']),
    why: words(hit['why']),
    remedy: words(hit['remedy']),
    basis: Array.isArray(hit['basis']) ? hit['basis'].map(text) : [],
    facts: Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, text(value)])),
    advice: advice(hit['advice']) ?? 'pass',
    reasonNeeded: hit['reason_needed'] === true,
    openUntil: text(hit['open_until']),
    yuan: text(hit['amount']),
    yuanUnknown: hit['amount_unknown'] === true,
    lines: nodes(hit['lines']).map((line) => ({
      kind: text(line['kind']), line: text(line['line']), visit: text(line['visit']), charged: line['role'] === 'charged', item: text(line['item']),
      name: text(line['item_name']), time: text(line['time']), yuan: text(line['amount']), units: text(line['units']),
    })),
  }
}

function nationalHit(hit: Node, number: number): Hit {
  return {
    number,
    id: text(hit['jr_id']),
    rule: text(hit['rule_id']),
    version: text(hit['rule_version']),
    name: words(hit['rule_name']),
    official: text(hit['official_code']),
    severity: kSeverities[text(hit['sev_deg'])] ?? 'monitor',
    visit: text(hit['mdtrt_id']),
    message: words(hit['vola_cont']),
    why: { zh: '', en: '' },
    remedy: words(hit['remedy']),
    basis: text(hit['vola_evid']) ? [text(hit['vola_evid'])] : [],
    facts: {},
    advice: advice(hit['advice']) ?? 'pass',
    reasonNeeded: hit['reason_needed'] === true,
    openUntil: text(hit['open_until']),
    yuan: text(hit['vola_amt']),
    yuanUnknown: hit['vola_amt_stas'] === '0',
    lines: nodes(hit['judge_result_detail_dtos']).map((line) => ({
      kind: text(hit['vola_bhvr_type']) === '2' ? 'line' : 'visit', line: text(line['rx_id']), visit: text(line['mdtrt_id']), charged: line['vola_item_type'] === '1',
      item: text(line['hilist_code']), name: '', time: text(line['fee_ocur_time']), yuan: text(line['vola_amt']), units: '',
    })),
  }
}

const kNothing: Read = { advice: null, heldBack: false, hits: [], unknowns: [], lifted: [], notReached: [], pack: '', microseconds: null, refused: null }
const notReached = (root: Node) => nodes(root['not_reached']).map((one) => ({ rule: text(one['rule_id']), closed: one['fail'] === 'closed' }))

function readTwin(root: Node): Read {
  const answers = nodes(root['answers'])
  const hits = answers.flatMap((one) => nodes(one['hits']))
  return {
    ...kNothing,
    advice: advice(root['advice']),
    heldBack: root['held_back'] === true,
    hits: hits.map((hit, i) => twinHit(hit, i + 1)),
    unknowns: answers.flatMap((one) =>
      nodes(one['unknowns']).map((doubt) => ({
        person: text(one['person']), rule: text(doubt['rule']), name: words(doubt['name']), line: text(doubt['line']), missing: text(doubt['missing']), missingName: text(doubt['missing_name']),
      })),
    ),
    lifted: answers.flatMap((one) => nodes(one['lifted']).map((gone) => ({ id: text(gone['id']), rule: text(gone['rule']) }))),
    notReached: notReached(root),
    pack: text(root['pack']),
    microseconds: typeof root['microseconds'] === 'number' ? root['microseconds'] : null,
  }
}

function readNational(output: Node): Read {
  return {
    ...kNothing,
    advice: advice(output['advice']),
    hits: nodes(output['result']).map((hit, i) => nationalHit(hit, i + 1)),
    unknowns: nodes(output['unknown']).map((doubt) => ({
      person: text(doubt['patn_id']), rule: text(doubt['rule_id']), name: words(doubt['rule_name']), line: text(doubt['rx_id']), missing: text(doubt['missing']), missingName: text(doubt['missing_name']),
    })),
    lifted: (Array.isArray(output['lifted']) ? output['lifted'] : []).map((id) => ({ id: text(id), rule: '' })),
    notReached: notReached(output),
    pack: text(output['pack']),
  }
}

// Null: it says nothing that could be read (encrypted, cut, of an upload or of feedback).
export function readAnswer(answer: unknown): Read | null {
  if (!isNode(answer)) return null
  if (Array.isArray(answer['answers'])) return readTwin(answer)
  if (isNode(answer['output']) && Array.isArray(answer['output']['result'])) return readNational(answer['output'])
  if (typeof answer['code'] === 'string' && /^YJ\d{4}$/.test(answer['code'])) {
    return { ...kNothing, refused: { code: answer['code'], zh: text(answer['detail']) || text(answer['title']), en: text(answer['title_en']), place: text(answer['place']) } }
  }
  const national = /^\[(YJ\d{4})\](.*)$/s.exec(text(answer['err_msg']))
  return national ? { ...kNothing, refused: { code: national[1]!, zh: national[2]!.trim(), en: '', place: '' } } : null
}

// ---- where hits touch the draft

export interface Touch {
  number: number
  charged: boolean
}
const keyOf = (visit: string, line: string) => `${visit}\u001f${line}`

// Of each line, by visit and serial, the hits that name it. A hit that does not say whose line it is means any visit.
export function touchesOf(hits: readonly Hit[]): (visit: string, line: string) => Touch[] {
  const by = new Map<string, Touch[]>()
  for (const hit of hits) {
    for (const { line, visit, charged } of hit.lines) {
      if (!line) continue
      const key = keyOf(visit, line)
      const there = by.get(key) ?? []
      if (!there.some((one) => one.number === hit.number)) by.set(key, [...there, { number: hit.number, charged }])
    }
  }
  return (visit, line) => [...(by.get(keyOf(visit, line)) ?? []), ...(visit ? (by.get(keyOf('', line)) ?? []) : [])]
}

// What reaches the end of time is open until the visit ends.
export const isOpenEnded = (moment: string) => moment.startsWith('9999-')
