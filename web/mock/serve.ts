// A stand-in for `yijian serve` with a synthetic city in memory, for building screens: `npm run mock`, then `npm run dev`.
// It answers what api/openapi.yaml says as far as screens ask; it keeps no rules of the platform and is never shipped.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Schemas } from '../src/api/client'
import { synthesize } from '../src/components/timeline/fixture'
import { addCaseRoutes } from './case_routes'
import { at, kAreas, kInstitutions, kMatters, kPeople, kRules, ruleOf, type Person } from './city_fixture'
import { clues, decide, kAllActions, kPersons, related, suspectsOf, type Clue } from './clue_fixture'

interface Call {
  query: URLSearchParams
  body: any
  id: string
  me: Person
}
class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, detail: string, readonly current?: unknown) {
    super(detail)
  }
}
const index = (login: string) => kPeople.findIndex((p) => p.login === login)
const meOf = (p: Person): Schemas['Me'] => ({
  id: `u${index(p.login) + 1}`, login: p.login, name: p.name, roles: p.roles, permissions: p.permissions, area: kAreas[0]!, institution: p.login === 'hospital' ? 'H990001' : null,
  institution_name: p.login === 'hospital' ? '示例市第一人民医院' : null, csrf: 'mock', must_change_password: p.login === 'auditor2' && !changed, totp: false, synthetic: true,
})
let signedIn: Person | null = process.env.MOCK_USER ? (kPeople[index(process.env.MOCK_USER)] ?? null) : null
let changed = false
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)
const funnel = (): Schemas['Funnel'] => {
  const identified = sum(clues.map((c) => c.found_fen))
  const confirmed = 611_040_300 + sum(clues.map((c) => c.confirmed_fen))
  return {
    identified_fen: identified, refuted_fen: 81_200_000, confirmed_fen: confirmed, decided_fen: 402_000_000, recovered_fen: 288_300_500, written_off_fen: 1_200_000,
    damages_due_fen: 60_000_000, damages_paid_fen: 41_000_000, fine_due_fen: 120_000_000, fine_paid_fen: 80_000_000, reconciled: true,
  }
}
const named = (id: string, name: string, count: number, fen: number): Schemas['Named'] => ({ id, name, count, fen })
const months = ['2025-07', '2025-08', '2025-09', '2025-10', '2025-11', '2025-12', '2026-01', '2026-02', '2026-03']
const findClue = (id: string): Clue => {
  const clue = clues.find((c) => c.id === id)
  if (!clue) throw new Refusal(404, 'not_found', '没有这条线索')
  return clue
}
function checked(call: Call): Clue {
  const clue = findClue(call.id)
  if (call.body.version !== undefined && call.body.version !== clue.version) throw new Refusal(409, 'version_conflict', '审核乙刚刚更新了这条线索', clue)
  clue.version++
  return clue
}
function filtered(query: URLSearchParams): Clue[] {
  const one = (name: string) => query.get(name)
  const statuses = query.getAll('status')
  return clues.filter(
    (c) =>
      (!statuses.length || statuses.includes(c.status)) && (!one('source') || c.source === one('source')) && (!one('severity') || c.severity === one('severity')) &&
      (!one('matter') || c.matter === one('matter')) && (!one('institution') || c.institution === one('institution')) && (!one('subject_kind') || c.subject_kind === one('subject_kind')) &&
      (!one('area') || one('area') === '990100' || c.area === one('area')) && (!one('min_fen') || c.found_fen >= Number(one('min_fen'))) && (!one('max_fen') || c.found_fen <= Number(one('max_fen'))) &&
      (!one('text') || (c.title + c.no).includes(one('text')!)) && (one('view') !== 'mine' || c.assignee === 'u1') && (one('view') !== 'pool' || (!c.assignee && !c.sampled_out)) &&
      (!one('sampled_out') || c.sampled_out === (one('sampled_out') === 'true')),
  )
}
const count = <T>(rows: T[], by: (row: T) => string) => rows.reduce<Record<string, number>>((all, row) => ({ ...all, [by(row)]: (all[by(row)] ?? 0) + 1 }), {})
function page<T>(rows: T[], query: URLSearchParams, size = 50) {
  const n = Number(query.get('size') ?? size)
  const p = Number(query.get('page') ?? 1)
  return { rows: rows.slice((p - 1) * n, p * n), total: rows.length }
}
function sorted<T extends object>(rows: T[], sort: string, key: (name: string) => keyof T): T[] {
  const name = key(sort.replace('-', ''))
  return [...rows].sort((a, b) => (a[name]! < b[name]! ? -1 : a[name]! > b[name]! ? 1 : 0) * (sort.startsWith('-') ? -1 : 1))
}
const filters: Schemas['Filter'][] = [{ id: 'f1', name: '东城区大额', query: 'area=990102&min_fen=10000000', shared: true, mine: false }]
const evidence: Schemas['Evidence'][] = [{ id: 'e1', name: '医嘱单扫描件.pdf', sha256: '9f2c'.repeat(16), bytes: 238_112, media_type: 'application/pdf', by_name: '审核甲', at: at(2), note: null }]
const messages: Schemas['Message'][] = [
  { id: 'm1', at: at(0.1), kind: 'returned', text_zh: '案件 AJ-2026-000003 的处理决定被复审退回', text_en: 'The decision of AJ-2026-000003 was returned', link: '/clues', read: false },
  { id: 'm2', at: at(1), kind: 'assigned', text_zh: '新分派线索 6 条', text_en: 'Six clues were assigned to you', link: '/clues?view=mine', read: true },
]
const clocks: Schemas['Clock'][] = [
  { id: 'k1', kind: 'answer', zh: '机构答复', en: 'Answer of the institution', case: 'a1', case_no: 'AJ-2026-000003', due_at: at(1.5), left_days: -2, state: 'missed', basis: '稽核办法第十二条' },
  { id: 'k2', kind: 'decision', zh: '作出处理决定', en: 'Decision', case: 'a2', case_no: 'AJ-2026-000007', due_at: at(-0.3), left_days: 0, state: 'running', basis: '程序规定第五十七条' },
  { id: 'k3', kind: 'payment', zh: '缴款期限', en: 'Payment', clue: 'c1', due_at: at(-9), left_days: 9, state: 'running', basis: '行政处罚法第六十七条' },
]
const timeline = (person: string): Schemas['Timeline'] => {
  const seed = kPersons.findIndex((p) => p[0] === person)
  const drawn = synthesize(420, 7 + Math.max(0, seed) * 5)
  const [id, name] = kPersons[Math.max(0, seed)]!
  return { ...drawn, person: id, person_name: name, persons: kPersons.map((p, i) => ({ person: p[0], person_name: p[1], found_fen: 300_000 - i * 80_000 })) }
}
// The picture's lines and findings carry the ids of the clue's suspects, as the server's do.
function clueTimeline(clue: Clue, person: string): Schemas['Timeline'] {
  const drawn = timeline(person || kPersons[0]![0])
  const mine = suspectsOf(clue).filter((s) => s.person === drawn.person)
  const lines = drawn.lines.map((line) => ({ ...line, charged: false, findings: [] as string[] }))
  mine.forEach((suspect, i) =>
    suspect.lines.forEach((charge, k) => {
      const line = lines[(i * 7 + k * 3) % lines.length]!
      line.charged ||= charge.charged
      line.evidence ||= !charge.charged
      line.findings.push(suspect.id)
      charge.feedetl_sn = line.id
    }),
  )
  return {
    ...drawn, lines, stays: drawn.stays.map((s) => ({ ...s, charged: false, evidence: false, findings: [] })), visits: drawn.visits.map((s) => ({ ...s, charged: false, evidence: false, findings: [] })),
    findings: mine.map((s) => ({ id: s.id, rule: s.rule, rule_name_zh: s.rule_name_zh, rule_name_en: s.rule_name_en, message_zh: s.message_zh, message_en: s.message_en, found_fen: s.attributed_fen })),
  }
}
const ruleProfile = (id: string): Schemas['RuleProfile'] => ({
  rule: ruleOf(id), basis: ['《医疗保障基金使用监督管理条例》第三十八条第（三）项', '《全国医疗服务项目技术规范》'], why_zh: '同一日同一项目收费次数不应超过医嘱执行次数。', why_en: 'An item may not be charged more often than it was done.',
  false_alarms_zh: '换药、双侧穿刺等确需多次执行；补记前一日费用。', false_alarms_en: 'Procedures on both sides; charges booked a day late.', text: `rule: ${id}\nname: ${ruleOf(id).name_zh}\nform: group\nwhere: category = "05"\nflag: count(lines) > orders\n`,
  months: months.map((month, i) => ({ month, findings: 120 + i * 9, found_fen: 2_000_000 + i * 90_000, confirmed: 9 + i, refuted: 4 - (i % 4), precision: i < 2 ? null : 0.7 + i * 0.02 })),
  institutions: kInstitutions.slice(0, 6).map((i) => named(i.code, i.name, i.clues, i.found_fen)), unknowns: [{ reason: '缺少医嘱时间', rows: 812 }, { reason: '缺少开单医师', rows: 77 }],
})
const profile = (code: string): Schemas['InstitutionProfile'] => {
  const institution = kInstitutions.find((i) => i.code === code)
  if (!institution) throw new Refusal(404, 'not_found', '没有这家机构')
  return {
    institution, funnel: { ...funnel(), identified_fen: institution.found_fen, confirmed_fen: institution.confirmed_fen, decided_fen: Math.floor(institution.confirmed_fen * 0.7), recovered_fen: institution.recovered_fen },
    trend: months.map((month, i) => ({ month, found_fen: 5_000_000 + i * 400_000, findings: 30 + i })), rules: kRules.map((r) => named(r.rule, r.name_zh, r.findings, r.found_fen)),
    doctors: ['示例医师甲', '示例医师乙', '示例医师丙'].map((n, i) => named(`D${i}`, n, 40 - i * 9, 900_000 - i * 200_000)),
    departments: ['内科', '康复科', '骨科'].map((n, i) => named(n, n, 80 - i * 20, 2_900_000 - i * 700_000)), peers: { value: 43.2, median: 18.6, percentile: 0.93, peers: 14 },
    clues: clues.filter((c) => c.institution === code).slice(0, 8).map((c) => ({ id: c.id, no: c.no, title: c.title, status: c.status, why: 'same_institution', found_fen: c.found_fen, outcome: c.outcome })),
    cases: [], measures: [], self_checks: [],
  }
}
const person = (id: string): Schemas['PersonProfile'] => ({
  person: id, name: kPersons.find((p) => p[0] === id)?.[1] ?? '张*', gender: '2', age: 67, insutype: '310', area_name: '东城区', visits: 14, stays: 4, amount_fen: 4_820_000, found_fen: 188_400, findings: 23,
  rules: kRules.slice(0, 3).map((r, i) => named(r.rule, r.name_zh, 9 - i, 80_000 - i * 20_000)), institutions: kInstitutions.slice(0, 3).map((i) => named(i.code, i.name, 4, 90_000)), clues: related(clues[0]!),
})

type Handler = (call: Call) => unknown
const routes: [string, RegExp, Handler][] = []
const on = (method: string, path: string, handler: Handler) => routes.push([method, new RegExp(`^${path.replace('{id}', '([^/]+)')}$`), handler])

on('GET', '/api/session', ({ me }) => (signedIn ? meOf(me) : undefined))
on('DELETE', '/api/session', () => void (signedIn = null))
on('GET', '/api/session/options', () => ({ oidc: true, oidc_name: '省统一身份认证', demo_users: kPeople.map((p) => ({ login: p.login, password: 'demo', name: p.name, roles: p.roles })) }))
on('POST', '/api/me/password', () => void (changed = true))
on('POST', '/api/me/totp', () => ({ secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Yijian:auditor1?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Yijian' }))
on('PUT', '/api/me/totp', () => undefined)
on('DELETE', '/api/me/totp', () => undefined)
on('GET', '/api/me/sessions', () => [
  { id: 's1', created_at: at(0.2), seen_at: at(0), ip: '10.0.0.7', agent: 'Chromium 120 · Linux', current: true },
  { id: 's2', created_at: at(3), seen_at: at(1), ip: '10.0.0.9', agent: 'Mobile Safari · iOS', current: false },
])
on('DELETE', '/api/me/sessions/{id}', () => undefined)
on('GET', '/api/me/messages', ({ query }) => ({ ...page(messages, query), unread: messages.filter((m) => !m.read).length }))
on('POST', '/api/me/messages/{id}/read', ({ id }) => void (messages.find((m) => m.id === id)!.read = true))
on('GET', '/api/areas', () => kAreas)
on('GET', '/api/colleagues', () => kPeople.filter((p) => p.permissions.includes('clue.work')).map((p, i) => ({ id: `u${i + 1}`, name: p.name, roles: p.roles, area: '990100', open_work: 12 - i * 3 })))
on('GET', '/api/home', ({ me }) => ({ counts: me.roles[0] === 'institution' ? { my_opinions: 2, my_self_checks: 1, due_today: 1, messages: 1 } : { my_clues: 12, pool_clues: 85, my_tasks: 3, overdue: 1, due_today: 2, messages: 1 }, deadlines: clocks }))
on('GET', '/api/funnel', () => funnel())
on('GET', '/api/overview', ({ query }): Schemas['Overview'] => {
  const rows = filtered(query)
  return {
    funnel: funnel(), clues: { new: 0, assigned: 0, working: 0, snoozed: 0, in_case: 0, closed: 0, ...count(rows, (c) => c.status) }, cases: { filed: 3, verifying: 6, answering: 4, deciding: 2, approving: 3, executing: 5, closed: 11 },
    areas: kAreas.slice(1).map((a) => named(a.code, a.name, rows.filter((c) => c.area === a.code).length, sum(rows.filter((c) => c.area === a.code).map((c) => c.found_fen)))).sort((a, b) => b.fen - a.fen),
    trend: months.map((month, i) => ({ month, identified_fen: 90_000_000 + i * 9_000_000, confirmed_fen: 50_000_000 + i * 3_000_000, recovered_fen: 20_000_000 + i * 2_500_000, findings: 900 + i * 70 })),
    top_rules: kRules.map((r) => named(r.rule, r.name_zh, r.findings, r.found_fen)), top_institutions: kInstitutions.map((i) => named(i.code, i.name, i.clues, i.found_fen)),
    severity: (['violation', 'suspect', 'lead', 'monitor'] as const).map((s) => named(s, s, rows.filter((c) => c.severity === s).length, sum(rows.filter((c) => c.severity === s).map((c) => c.found_fen)))),
    unknowns: [{ rule: 'B-021', rule_name: ruleOf('B-021').name_zh, reason: '缺少医嘱时间', rows: 812 }, { rule: 'A-104', rule_name: ruleOf('A-104').name_zh, reason: '缺少出院诊断', rows: 377 }],
    deadlines: { overdue: 1, today: 2, week: 9 }, run: { run: 'r-2026-03-17', at: at(1), lines: 1_204_331, visits: 80_211, persons: 20_104, from: '2025-07-01', until: '2026-03-01' },
  }
})
on('GET', '/api/search', ({ query }) => clues.filter((c) => (c.no + c.title).includes(query.get('q') ?? '')).slice(0, 8).map((c) => ({ kind: 'clue', id: c.id, title: c.no, subtitle: c.title })))
on('POST', '/api/unmask', ({ body }) => ({ person: body.person, psn_no: '99010000000000000017', name: '示例人', certno: '990102195901010017', tel: '13900000000', addr: '示例市东城区示例路 1 号' }))

on('GET', '/api/clues', ({ query }): Schemas['CluePage'] => {
  const rows = sorted(filtered(query), query.get('sort') ?? '-rank', (n) => ({ rank: 'rank', found: 'found_fen', updated: 'updated_at', created: 'created_at', due: 'due_at', findings: 'findings' })[n] as keyof Clue)
  return { ...page(rows, query), found_fen: sum(rows.map((c) => c.found_fen)), facets: { status: count(rows, (c) => c.status), severity: count(rows, (c) => c.severity) } }
})
on('POST', '/api/clues', ({ body }) => {
  const made: Clue = { ...clues[0]!, ...body, id: `c${clues.length + 1}`, no: `XS-2026-${String(clues.length + 1).padStart(6, '0')}`, findings: 0, undecided: 0, found_fen: body.amount_fen ?? 0, rules: [], status: 'new', subject_name: body.subject ?? '', version: 1 }
  clues.push(made)
  return made
})
on('GET', '/api/clues/before', ({ query }) => clues.filter((c) => query.get('institution') && c.institution === query.get('institution')).slice(0, 3).map((c) => ({ id: c.id, no: c.no, title: c.title, status: c.status, why: 'same_institution', found_fen: c.found_fen, outcome: c.outcome })))
on('POST', '/api/clues/next', ({ body }) => {
  const next = clues.find((c) => c.status === 'new' && c.id !== body.after && !c.sampled_out)
  if (!next) throw new Refusal(404, 'none_left', '没有可领的线索了')
  return lock(next)
})
on('POST', '/api/clues/assign', ({ body }) => ({ assigned: body.clues?.length ?? 40, skipped: 1, seed: body.seed ?? null, by_user: [{ user: 'u1', name: '审核甲', count: 21 }, { user: 'u4', name: '执法甲', count: 19 }] }))
on('POST', '/api/clues/merge', ({ body }) => findClue(body.into))
on('POST', '/api/clues/sample', ({ body }): Schemas['Sample'] => ({ id: 'n1', at: at(0), by_name: '执法甲', seed: body.seed, population: 85, population_sha256: 'c0ffee'.repeat(10) + 'abcd', drawn: Math.min(85, body.size), strata: body.strata, reason: body.reason, clues: clues.slice(0, Math.min(8, body.size)).map((c) => c.id) }))
on('GET', '/api/clues/{id}', ({ id }) => findClue(id))
on('GET', '/api/clues/{id}/suspects', ({ id, query }) => {
  const rows = suspectsOf(findClue(id)).filter((s) => (!query.get('rule') || s.rule === query.get('rule')) && (!query.get('verdict') || s.verdict === query.get('verdict')))
  return page(sorted(rows, query.get('sort') ?? '-found', (n) => (n === 'found' ? 'checkout_suspt_amt_fen' : n === 'rule' ? 'rule' : 'at')), query, 200)
})
on('GET', '/api/clues/{id}/timeline', ({ id, query }) => clueTimeline(findClue(id), query.get('person') ?? ''))
on('GET', '/api/clues/{id}/related', ({ id }) => related(findClue(id)))
on('GET', '/api/clues/{id}/history', () => [
  { at: at(3), by: 'u0', by_name: '系统', action: 'created', text_zh: '由审核批次 r-2026-03-17 生成', text_en: 'Made from run r-2026-03-17' },
  { at: at(1), by: 'u1', by_name: '审核甲', action: 'viewed', text_zh: '查看线索', text_en: 'Looked at' },
])
const lock = (clue: Clue) => Object.assign(clue, { locked_by: 'u1', locked_by_name: '审核甲', locked_until: new Date(Date.now() + 1_200_000).toISOString(), actions: kAllActions, assignee: 'u1', assignee_name: '审核甲', status: 'working' })
on('POST', '/api/clues/{id}/lock', ({ id }) => {
  const clue = findClue(id)
  if (clue.locked_by === 'u2') throw new Refusal(409, 'locked_by_other', '审核乙正在办理', clue)
  return lock(clue)
})
on('DELETE', '/api/clues/{id}/lock', ({ id }) => void Object.assign(findClue(id), { locked_by: null, locked_by_name: null, locked_until: null }))
on('POST', '/api/clues/{id}/verdicts', (call) => {
  const clue = findClue(call.id)
  if (clue.locked_by === 'u2') throw new Refusal(409, 'locked_by_other', '审核乙正在办理', clue)
  if (call.body.version !== clue.version) throw new Refusal(409, 'version_conflict', '审核乙刚刚作出认定', clue)
  decide(clue, call.body, call.me.name)
  return clue
})
on('POST', '/api/clues/{id}/snooze', (call) => Object.assign(checked(call), { status: 'snoozed', snoozed_until: call.body.until, snooze_reason: call.body.reason, actions: ['wake'] }))
on('DELETE', '/api/clues/{id}/snooze', (call) => Object.assign(checked(call), { status: 'working', snoozed_until: null, actions: kAllActions }))
on('POST', '/api/clues/{id}/split', (call) => ({ ...checked(call), id: 'c2' }))
on('POST', '/api/clues/{id}/unmerge', (call) => findClue(call.id))
on('POST', '/api/clues/{id}/close', (call) => Object.assign(checked(call), { status: 'closed', outcome: call.body.outcome, actions: [] }))
on('GET', '/api/clues/{id}/attachments', () => evidence)
on('POST', '/api/evidence', ({ query }) => {
  const made = { id: `e${evidence.length + 1}`, name: query.get('name')!, sha256: 'ab12'.repeat(16), bytes: 1024, media_type: 'application/octet-stream', by_name: '审核甲', at: new Date().toISOString(), note: query.get('note') }
  evidence.push(made)
  return made
})
on('GET', '/api/filters', () => filters)
on('POST', '/api/filters', ({ body }) => {
  const made = { id: `f${Date.now()}`, shared: false, mine: true, ...body }
  filters.push(made)
  return made
})
on('DELETE', '/api/filters/{id}', ({ id }) => void filters.splice(filters.findIndex((f) => f.id === id), 1))
on('GET', '/api/matters', () => kMatters)
on('POST', '/api/cases', () => ({ id: 'a1', no: 'AJ-2026-000012' }))
on('GET', '/api/institutions', ({ query }) => page(sorted(kInstitutions.filter((i) => (!query.get('text') || i.name.includes(query.get('text')!)) && (!query.get('kind') || i.kind === query.get('kind'))), query.get('sort') ?? '-found', (n) => ({ found: 'found_fen', name: 'name', recovered: 'recovered_fen', clues: 'clues' })[n] as keyof Schemas['InstitutionRow']), query))
on('GET', '/api/institutions/{id}', ({ id }) => profile(id))
on('GET', '/api/persons/{id}', ({ id }) => person(id))
on('GET', '/api/persons/{id}/timeline', ({ id }) => timeline(id))
on('GET', '/api/rules', ({ query }) => kRules.filter((r) => (!query.get('class') || r.class === query.get('class')) && (!query.get('text') || (r.rule + r.name_zh).includes(query.get('text')!))))
on('GET', '/api/rules/{id}', ({ id }) => {
  if (!kRules.some((r) => r.rule === id)) throw new Refusal(404, 'not_found', '没有这条规则')
  return ruleProfile(id)
})

addCaseRoutes({ on, funnel, refuse: (status, code, detail, current) => new Refusal(status, code, detail, current) })

function problem(response: ServerResponse, refusal: Refusal) {
  response.writeHead(refusal.status, { 'content-type': 'application/problem+json' })
  response.end(JSON.stringify({ type: 'about:blank', title: refusal.code, status: refusal.status, code: refusal.code, detail: refusal.message, current: refusal.current, request_id: 'mock' }))
}
async function bodyOf(request: IncomingMessage): Promise<any> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (!String(request.headers['content-type']).includes('json')) return {}
  return JSON.parse(Buffer.concat(chunks).toString() || '{}')
}
const port = Number(process.env.MOCK_PORT ?? 8080)
createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', 'http://mock')
  const body = await bodyOf(request)
  try {
    if (request.method === 'POST' && url.pathname === '/api/session') {
      const who = kPeople.find((p) => p.login === body.login && body.password === (changed && p.login === 'auditor2' ? body.password : 'demo'))
      if (!who) throw new Refusal(401, 'wrong_login', '用户名或密码不正确')
      if (who.login === 'operator' && !body.totp) throw new Refusal(401, 'totp_required', '需要动态验证码')
      if (who.login === 'operator' && body.totp !== '123456') throw new Refusal(401, 'wrong_code', '验证码不正确')
      signedIn = who
    }
    const open = url.pathname === '/api/session/options' || (request.method === 'GET' && url.pathname === '/api/session')
    if (!signedIn && !open) throw new Refusal(401, 'signed_out', '请先登录')
    const call = { query: url.searchParams, body, me: signedIn ?? kPeople[0]! }
    if (request.method === 'POST' && url.pathname === '/api/session') return reply(response, meOf(signedIn!))
    for (const [method, path, handler] of routes) {
      const match = method === request.method ? path.exec(url.pathname) : null
      if (match) return reply(response, await handler({ ...call, id: decodeURIComponent(match[1] ?? '') }))
    }
    throw new Refusal(404, 'not_found', `mock 未提供 ${request.method} ${url.pathname}`)
  } catch (error) {
    problem(response, error instanceof Refusal ? error : new Refusal(500, 'mock', String(error)))
  }
}).listen(port, '127.0.0.1', () => console.log(`mock with a synthetic city on http://127.0.0.1:${port}`))

function reply(response: ServerResponse, answer: unknown) {
  if (answer === undefined) return void response.writeHead(204).end()
  if (typeof answer === 'string') return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(answer)
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(answer))
}
