// The stand-in's answers about cases, approvals, the institution's side, documents, money and the system.
import type { Schemas } from '../src/api/client'
import { at, day, kAreas, kInstitutions, kPeople, kRules } from './city_fixture'
import { suspectsOf, clues } from './clue_fixture'
import { appeals, approvals, cases, clocks, decisions, documents, opinions, tasks } from './case_fixture'

interface Call {
  query: URLSearchParams
  body: any
  id: string
}
type On = (method: string, path: string, handler: (call: Call) => unknown) => void
interface Tools {
  on: On
  refuse: (status: number, code: string, detail: string, current?: unknown) => Error
  funnel: () => Schemas['Funnel']
}
function page<T>(rows: readonly T[], query: URLSearchParams) {
  const size = Number(query.get('size') ?? 50)
  const from = (Number(query.get('page') ?? 1) - 1) * size
  return { rows: rows.slice(from, from + size), total: rows.length }
}
export function addCaseRoutes({ on, refuse, funnel }: Tools): void {
  const found = <T extends { id: string }>(rows: readonly T[], id: string): T => {
    const row = rows.find((r) => r.id === id)
    if (!row) throw refuse(404, 'not_found', '没有这个对象')
    return row
  }
  const checked = <T extends { id: string; version: number }>(row: T, call: Call): T => {
    if (call.body.version !== row.version) throw refuse(409, 'version_conflict', '审核乙刚刚更新过', { ...row, updated_by_name: '审核乙' })
    row.version++
    return row
  }
  const users: Schemas['User'][] = kPeople.map((p, i) => ({ id: `u${i + 1}`, login: p.login, name: p.name, roles: p.roles, area: '990100', area_name: '示例市', institution: p.login === 'hospital' ? 'H990001' : null, fields: [], status: i === 8 ? 'locked' : 'active', totp: i === 11, oidc_subject: null, seen_at: at(i / 5), version: 1 }))
  on('GET', '/api/cases', ({ query }): Schemas['CasePage'] => {
    const states = query.getAll('state')
    const rows = cases.filter((c) => (!states.length || states.includes(c.state)) && (!query.get('track') || c.track === query.get('track')) && (query.get('overdue') !== 'true' || c.overdue) && (!query.get('text') || (c.no + c.title + c.institution_name).includes(query.get('text')!)))
    const facets: Record<string, number> = {}
    for (const row of rows) facets[row.state] = (facets[row.state] ?? 0) + 1
    return { ...page(rows, query), found_fen: rows.reduce((all, c) => all + c.found_fen, 0), facets }
  })
  on('GET', '/api/cases/{id}', ({ id }) => found(cases, id))
  on('GET', '/api/cases/{id}/suspects', ({ query }) => page(suspectsOf(clues[0]!), query))
  on('GET', '/api/cases/{id}/history', () => [
    { at: at(20), by: 'u1', by_name: '审核甲', action: 'opened', text_zh: '立案', text_en: 'Case opened' },
    { at: at(9), by: 'u1', by_name: '审核甲', action: 'opinion', text_zh: '出具审核意见书 YJ-2026-0001', text_en: 'Issued opinion YJ-2026-0001', link: '/opinions/o1' },
  ])
  on('GET', '/api/cases/{id}/sanctions', ({ id }): Schemas['SanctionChoice'][] => {
    const base = found(cases, id).confirmed_fen
    return [
      { article: '条例 38(3)', zh: '重复收费、超标准收费、分解项目收费', en: 'Repeated, excess or split charging', who: 'institution', base_fen: base, multiple_min: '1', multiple_max: '2', fine_min_fen: base, fine_max_fen: base * 2, hearing: true, measures: ['recover', 'refuse_payment', 'interview', 'correct', 'fine', 'suspend'] },
      { article: '条例 40(3)', zh: '虚构医药服务项目', en: 'Fictitious services', who: 'institution', base_fen: base, multiple_min: '2', multiple_max: '5', fine_min_fen: base * 2, fine_max_fen: base * 5, hearing: true, measures: ['recover', 'refuse_payment', 'fine', 'suspend', 'end_agreement', 'transfer'] },
      { article: '条例 39', zh: '未建立管理制度、拒绝检查等', en: 'No internal system, inspection refused', who: 'institution', base_fen: base, multiple_min: null, multiple_max: null, fine_min_fen: 1_000_000, fine_max_fen: 5_000_000, hearing: false, measures: ['interview', 'correct', 'fine'] },
    ]
  })
  on('PUT', '/api/cases/{id}/team', (call) => checked(found(cases, call.id), call))
  on('POST', '/api/cases/{id}/recusals', (call) => checked(found(cases, call.id), call))
  on('POST', '/api/cases/{id}/tasks', ({ id }) => found(tasks, id.replace('a', 't')))
  on('POST', '/api/cases/{id}/opinions', (call) => (checked(found(cases, call.id), call), opinions[0]))
  on('POST', '/api/cases/{id}/decisions', (call) => (checked(found(cases, call.id), call), decisions[0]))
  on('POST', '/api/cases/{id}/convert', (call) => checked(found(cases, call.id), call))
  on('POST', '/api/cases/{id}/close', (call) => checked(found(cases, call.id), call))
  on('PUT', '/api/decisions/{id}', (call) => checked(found(decisions, call.id), call))
  for (const step of ['submit', 'deliver', 'reverse']) on('POST', `/api/decisions/{id}/${step}`, (call) => checked(found(decisions, call.id), call))
  on('GET', '/api/decisions/{id}', ({ id }) => found(decisions, id))
  on('POST', '/api/measures/{id}/execute', () => decisions[0])

  on('GET', '/api/approvals', ({ query }) => page(approvals.filter((a) => query.get('view') === 'all' || (query.get('view') === 'done' ? a.state !== 'running' : a.state === 'running')), query))
  on('GET', '/api/approvals/{id}', ({ id }) => found(approvals, id))
  on('POST', '/api/approvals/{id}/votes', ({ id, body }) => {
    const approval = found(approvals, id)
    const step = approval.steps[body.step - 1]!
    step.state = body.vote === 'agree' ? 'passed' : body.vote === 'return' ? 'returned' : 'refused'
    step.votes.push({ user: 'u5', name: '初审员', vote: body.vote, comment: body.comment ?? null, at: new Date().toISOString() })
    if (body.vote === 'agree' && approval.steps[body.step]) approval.steps[body.step]!.state = 'open'
    if (body.vote !== 'agree') approval.state = body.vote === 'return' ? 'returned' : 'refused'
    approval.waiting_for_me = false
    approval.why_not_zh = body.vote === 'agree' ? '您已在前一级投票，不得再审批' : null
    return approval
  })

  on('GET', '/api/opinions', ({ query }) => page(opinions.filter((o) => !query.get('state') || o.state === query.get('state')).map((o) => ({ ...o, lines: [] })), query))
  on('GET', '/api/opinions/{id}', ({ id }) => found(opinions, id))
  const answer = (call: Call, submit: boolean) => {
    const opinion = checked(found(opinions, call.id), call)
    for (const given of call.body.lines) Object.assign(opinion.lines!.find((l) => l.line === given.line)!, { answer: given.answer, answer_amt_fen: given.answer_amt_fen ?? null, answer_reason: given.reason ?? null, answer_evidence: given.evidence ?? [] })
    opinion.answer_remark = call.body.remark ?? null
    if (submit) Object.assign(opinion, { state: 'answered', actions: ['review'], answered_at: new Date().toISOString() })
    return opinion
  }
  on('PUT', '/api/opinions/{id}/answer', (call) => answer(call, false))
  on('POST', '/api/opinions/{id}/answer', (call) => answer(call, true))
  on('POST', '/api/opinions/{id}/review', (call) => Object.assign(checked(found(opinions, call.id), call), { state: 'reviewed', actions: ['appeal'] }))
  on('POST', '/api/opinions/{id}/appeal', (call) => Object.assign(checked(found(opinions, call.id), call), { state: 'appealed', actions: [] }))
  on('GET', '/api/appeals', ({ query }) => page(appeals, query))
  on('POST', '/api/appeals/{id}/experts', ({ id, body }) => Object.assign(found(appeals, id), { seed: body.seed }))
  on('POST', '/api/appeals/{id}/votes', (call) => Object.assign(checked(found(appeals, call.id), call), { actions: [] }))
  on('GET', '/api/deadlines', ({ query }) => page([...clocks].sort((a, b) => (a.left_days ?? 0) - (b.left_days ?? 0)), query))

  on('GET', '/api/tasks', ({ query }) => page(tasks.filter((t) => !query.get('state') || t.state === query.get('state')), query))
  on('GET', '/api/tasks/{id}', ({ id }) => found(tasks, id))
  const report = (call: Call, done: boolean) => {
    const task = checked(found(tasks, call.id), call)
    for (const item of call.body.items) Object.assign(task.items.find((i) => i.code === item.code)!, item)
    Object.assign(task, { conclusion: call.body.conclusion ?? null, summary: call.body.summary ?? null })
    if (done) Object.assign(task, { state: 'done', reported_at: new Date().toISOString() })
    return task
  }
  on('PUT', '/api/tasks/{id}', (call) => report(call, false))
  on('POST', '/api/tasks/{id}/report', (call) => report(call, true))

  on('GET', '/api/documents', ({ query }) => page(documents.filter((d) => !query.get('kind') || d.kind === query.get('kind')), query))
  on('POST', '/api/documents', ({ body }) => {
    const made: Schemas['Document'] = { ...documents[0]!, id: `d${documents.length + 1}`, kind: body.kind, title: `示例文书 ${body.month ?? body.quarter ?? ''}`, period: body.month ?? body.quarter ?? null, formats: body.kind === 'monthly_table' ? ['html', 'pdf', 'xlsx'] : ['html', 'pdf', 'docx'] }
    documents.unshift(made)
    return made
  })
  on('GET', '/api/documents/{id}', ({ id }) => found(documents, id))
  on('GET', '/api/documents/{id}/file', () => '<!doctype html><meta charset="utf-8"><h1>合成文书样张</h1><p>本文书由演示数据生成。</p>')

  const negative: Schemas['NegativeItem'][] = [
    { code: '1-1', issue: 'S3', zh: '诱导、协助他人冒名或者虚假就医、购药', en: 'Inducing or helping others to impersonated or fake care', kind: 'hospital', article: '条例 40(1)', rules: ['M-020'] },
    { code: '1-2', issue: 'S3', zh: '伪造、变造、隐匿医学文书', en: 'Forged or hidden records', kind: 'hospital', article: '条例 40(2)', rules: [] },
    { code: '2-3', issue: 'S3', zh: '重复收费、超标准收费、分解项目收费', en: 'Repeated, excess or split charging', kind: 'hospital', article: '条例 38(3)', rules: ['B-021', 'B-022'] },
  ]
  on('GET', '/api/negative-list', () => negative)
  const checks: Schemas['SelfCheck'][] = (['open', 'submitted', 'returned', 'accepted'] as const).map((state, i) => ({
    id: `h${i + 1}`, no: `ZC-2026-000${i + 1}`, title: '2026 年第一季度自查自纠', institution: kInstitutions[i]!.code, institution_name: kInstitutions[i]!.name, state, due: day(-6 + i), overdue: false, from: day(90), until: day(0), found_fen: 880_000, admitted_fen: state === 'open' ? 0 : 510_000, refund_fen: state === 'open' ? 0 : 510_000,
    return_reason: state === 'returned' ? '第 2-3 项金额与本单位结算数据不符，请复核。' : null, submitted_at: state === 'open' ? null : at(1), version: 1, actions: state === 'open' || state === 'returned' ? ['save', 'submit'] : state === 'submitted' ? ['review'] : [],
    items: [...negative.map((n) => ({ code: n.code, zh: n.zh, en: n.en, source: 'negative_list' as const, rules: n.rules, found: n.rules.length * 12, found_fen: n.rules.length * 220_000, admitted: state === 'open' ? null : n.rules.length > 0, admitted_fen: state === 'open' ? null : n.rules.length * 170_000, refund_fen: state === 'open' ? null : n.rules.length * 170_000, note: null })),
      ...kRules.slice(0, 2).map((r) => ({ code: r.rule, zh: r.name_zh, en: r.name_en, source: 'rule' as const, rules: [r.rule], found: 14, found_fen: 220_000, admitted: null, admitted_fen: null, refund_fen: null, note: null }))],
  }))
  on('GET', '/api/self-checks', ({ query }) => page(checks.filter((c) => !query.get('state') || c.state === query.get('state')), query))
  on('POST', '/api/self-checks', ({ body }) => ({ started: body.institutions.length }))
  on('GET', '/api/self-checks/{id}', ({ id }) => found(checks, id))
  on('PUT', '/api/self-checks/{id}', (call) => {
    const check = checked(found(checks, call.id), call)
    for (const item of call.body.items) Object.assign(check.items!.find((i) => i.code === item.code)!, item)
    return check
  })
  on('POST', '/api/self-checks/{id}/submit', (call) => Object.assign(checked(found(checks, call.id), call), { state: 'submitted', actions: ['review'] }))
  on('POST', '/api/self-checks/{id}/review', (call) => Object.assign(checked(found(checks, call.id), call), { state: call.body.accept ? 'accepted' : 'returned', actions: [] }))

  const entries: Schemas['LedgerEntry'][] = Array.from({ length: 64 }, (_, i) => {
    const [from, to] = ([[null, 'identified'], ['identified', 'confirmed'], ['confirmed', 'decided'], ['decided', 'recovered'], ['identified', 'refuted'], [null, 'fine_due'], ['fine_due', 'fine_paid']] as const)[i % 7]!
    return { id: `g${i}`, at: at(i / 3), by_name: i % 7 ? '审核甲' : '系统', from, to, amount_fen: 12_345 + i * 731, kind: from ? 'move' : 'open', line: i % 7 < 5 ? `l${i}` : null, case: 'a5', case_no: 'AJ-2026-000005', decision: null, institution: 'H990001', institution_name: kInstitutions[0]!.name, receipt: to === 'recovered' ? `PZ-${i}` : null, counter_of: i === 20 ? 'g19' : null, note: null }
  })
  on('GET', '/api/ledger', ({ query }) => {
    const rows = entries.filter((e) => !query.get('account') || e.from === query.get('account') || e.to === query.get('account'))
    return { ...page(rows, query), amount_fen: rows.reduce((all, e) => all + e.amount_fen, 0) }
  })
  on('GET', '/api/ledger/balance', ({ query }): Schemas['Balance'] => {
    const by = query.get('by') ?? 'none'
    const groups = by === 'area' ? kAreas.slice(1).map((a) => ({ id: a.code, name: a.name })) : by === 'none' ? [] : kInstitutions.map((i) => ({ id: i.code, name: i.name }))
    const f = funnel()
    return {
      funnel: f, groups: groups.map((g) => ({ ...g, funnel: { ...f, identified_fen: Math.floor(f.identified_fen / groups.length) } })), findings_attributed_fen: f.identified_fen, difference_fen: 0, reconciled: true,
      flows: [{ from: 'identified', to: 'refuted', amount_fen: f.refuted_fen }, { from: 'identified', to: 'confirmed', amount_fen: f.confirmed_fen }, { from: 'confirmed', to: 'decided', amount_fen: f.decided_fen }, { from: 'decided', to: 'recovered', amount_fen: f.recovered_fen }, { from: 'decided', to: 'written_off', amount_fen: f.written_off_fen }, { from: 'damages_due', to: 'damages_paid', amount_fen: f.damages_paid_fen }, { from: 'fine_due', to: 'fine_paid', amount_fen: f.fine_paid_fen }],
    }
  })
  on('GET', '/api/ledger/lines/{id}', ({ id }) => entries.slice(0, 4).map((e, i) => ({ ...e, line: id, from: ([null, 'identified', 'confirmed', 'decided'] as const)[i]!, to: (['identified', 'confirmed', 'decided', 'recovered'] as const)[i]!, amount_fen: 12_345 })))

  on('GET', '/api/trail', ({ query }) => {
    const before = Number(query.get('before') ?? 5000)
    const rows = Array.from({ length: 50 }, (_, i): Schemas['TrailEntry'] => ({ seq: before - 1 - i, at: at(i / 40), user: 'u1', user_name: '审核甲', action: query.get('views') === 'true' ? 'person.view' : ['clue.verdict', 'case.open', 'session.begin', 'clue.view'][i % 4]!, object_kind: query.get('views') === 'true' ? 'person' : 'clue', object_id: `c${i}`, ip: '10.1.2.3', hash: 'a1b2c3d4'.repeat(8) }))
    return { rows, next: before - 50 > 4800 ? before - 50 : null }
  })
  on('POST', '/api/trail/verify', () => ({ ok: true, entries: 4999, broken_seq: null, head: 'a1b2c3d4'.repeat(8) }))
  on('GET', '/api/users', ({ query }) => page(users.filter((u) => (!query.get('role') || u.roles.includes(query.get('role') as Schemas['Role'])) && (!query.get('text') || (u.login + u.name).includes(query.get('text')!))), query))
  on('POST', '/api/users', ({ body }) => {
    const user = { ...users[0]!, ...body, id: `u${users.length + 1}`, version: 1, status: 'active' as const, totp: false, seen_at: null }
    users.push(user)
    return { user, one_time_password: 'Kf7-mock-2Zq' }
  })
  on('PATCH', '/api/users/{id}', (call) => {
    const { version: _version, ...change } = call.body
    return Object.assign(checked(found(users, call.id), call), change)
  })
  on('POST', '/api/users/{id}/reset', () => ({ one_time_password: 'Qw9-mock-8Lp' }))
  on('GET', '/api/roles', () => ({ roles: kPeople.map((p) => p.roles[0]!).filter((r, i, all) => all.indexOf(r) === i), permissions: [...new Set(kPeople.flatMap((p) => p.permissions))], matrix: Object.fromEntries(kPeople.map((p) => [p.roles[0]!, p.permissions])) }))
  const flows: Schemas['Flow'][] = [{
    id: 'f1', name: '处理决定审批', version: 1, current: true, running: 4, created_at: at(300), created_by: '系统', reason: '初始流程',
    steps: ([['初审', 'First review', 'approver_1'], ['复审', 'Second review', 'approver_2'], ['审签', 'Countersign', 'approver_3'], ['审定', 'Final decision', 'approver_4']] as const).map(([zh, en, role], i) => ({ level: i + 1, role, name_zh: zh, name_en: en, rule: 'any' as const, votes: 1, working_days: 3 })),
    levels: [{ level: 2 }, { level: 3, from_fen: 1_000_000 }, { level: 4, from_fen: 10_000_000 }, { level: 4, measures: ['fine', 'end_agreement', 'transfer'] }],
  }]
  on('GET', '/api/flows', () => flows)
  on('POST', '/api/flows', ({ body }) => {
    flows[0]!.current = false
    flows.unshift({ ...body, id: `f${flows.length + 1}`, version: flows.length + 1, current: true, running: 0, created_at: new Date().toISOString(), created_by: '审定员' })
    return flows[0]
  })
  let days: Schemas['Holiday'][] = [{ day: '2026-01-01', kind: 'off', name: '元旦' }, { day: '2026-02-14', kind: 'work', name: '春节调休' }, { day: '2026-02-17', kind: 'off', name: '春节' }]
  on('GET', '/api/holidays', ({ query }) => days.filter((d) => d.day.startsWith(query.get('year')!)))
  on('PUT', '/api/holidays', ({ body }) => void (days = body.days))
  const settings: Schemas['Setting'][] = [
    { key: 'casework.answer_days', value: '10', kind: 'days', zh: '机构答复期限（工作日）', en: 'Days to answer an opinion', source: 'ours', changed_at: null, changed_by: null },
    { key: 'clue.lock_minutes', value: '20', kind: 'integer', zh: '线索锁定时间（分钟）', en: 'Minutes a clue stays locked', source: 'ours', changed_at: at(4), changed_by: '审定员' },
  ]
  on('GET', '/api/settings', () => settings)
  on('PUT', '/api/settings', ({ body }) => Object.assign(settings.find((s) => s.key === body.key)!, { value: body.value }))
  on('GET', '/api/system', (): Schemas['System'] => ({ version: '0.2.0', store: 'sqlite', started_at: at(2), lake: '/data/lake', run: 'r-2026-03-17', run_at: at(1), clues: 137, findings: 5210, users: 13, trail_entries: 4999, disk_free_bytes: 91_000_000_000, sessions: 4, migrations: [{ room: 'trail', number: 1, name: 'entries' }, { room: 'account', number: 3, name: 'oidc' }] }))
}
