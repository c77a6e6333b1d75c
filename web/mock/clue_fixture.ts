// Clues, their suspects and what becomes of them when somebody decides: enough of the server's behaviour to build screens on.
import type { Schemas } from '../src/api/client'
import { at, day, kInstitutions, kMatters, pick, random, ruleOf, whole, areaName } from './city_fixture'

export type Clue = Schemas['Clue']
export type Suspect = Schemas['Suspect']
const kStatuses: Clue['status'][] = ['new', 'new', 'new', 'assigned', 'working', 'working', 'snoozed', 'in_case', 'closed']
export const kAllActions: Clue['actions'] = ['lock', 'verdict', 'snooze', 'assign', 'merge', 'split', 'close', 'open_case', 'evidence']

export const clues: Clue[] = Array.from({ length: 137 }, (_, i) => {
  const matter = kMatters[i % kMatters.length]!
  const institution = kInstitutions[i % kInstitutions.length]!
  const rules = matter.rules.map(ruleOf)
  const found = Math.floor(4_000_000_00 / (i + 6)) + whole(90_000)
  const findings = 9 + whole(60)
  const status = i === 0 ? 'new' : pick(kStatuses)
  const person = matter.subject_kind === 'person'
  const precision = rules.reduce((sum, r) => sum + r.precision, 0) / rules.length
  const severity = rules[0]!.severity
  const evidence = { violation: 1, suspect: 0.6, lead: 0.3, monitor: 0.1 }[severity]
  const subjectName = person ? '张*' : matter.subject_kind === 'code' ? `8400${1000 + i}` : institution.name
  return {
    id: `c${i + 1}`, no: `XS-2026-${String(i + 1).padStart(6, '0')}`, title: `${subjectName}：${matter.zh}`, source: i % 11 === 5 ? 'report' : 'rule',
    source_note: i % 11 === 5 ? '12393 热线，编号 示例-0318' : null, matter: matter.code, matter_zh: matter.zh, matter_en: matter.en, subject_kind: matter.subject_kind,
    subject: person ? `p-${i}` : institution.code, subject_name: subjectName, institution: institution.code, institution_name: institution.name,
    area: institution.area, area_name: areaName(institution.area), severity, status, conduct: 'unclear', outcome: status === 'closed' ? 'no_violation' : null,
    rank: (found / 100) * 0.72 * evidence * precision, rank_parts: { recoverable_fen: Math.floor(found * 0.72), evidence, precision }, precision,
    found_fen: found, fund_fen: Math.floor(found * 0.72), confirmed_fen: 0, refuted_fen: 0, findings, undecided: status === 'closed' ? 0 : findings, persons: 3,
    rules: rules.map((r, k) => ({ rule: r.rule, name_zh: r.name_zh, name_en: r.name_en, findings: Math.max(1, Math.floor(findings / (k + 1.5))), found_fen: Math.floor(found / (k + 1.4)), precision: r.precision, basis: matter.articles })),
    first_day: day(210), last_day: day(30), assignee: status === 'assigned' || status === 'working' ? 'u1' : null, assignee_name: status === 'assigned' || status === 'working' ? '审核甲' : null,
    locked_by: i === 3 ? 'u2' : null, locked_by_name: i === 3 ? '审核乙' : null, locked_until: i === 3 ? new Date(Date.now() + 900_000).toISOString() : null,
    snoozed_until: status === 'snoozed' ? day(-20) : null, snooze_reason: status === 'snoozed' ? '等待机构补传电子病历' : null, sampled_out: i % 13 === 7,
    merged_into: null, merged: [], case: status === 'in_case' ? 'a1' : null, due_at: i % 4 ? at(-(i % 9) + 1) : null, related: 2, created_at: at(40 - (i % 30)),
    updated_at: at(i % 20), version: 1, actions: status === 'closed' || status === 'in_case' ? [] : i === 3 ? ['evidence'] : kAllActions,
  }
})

const kItems = [['120400006', '静脉输液', 800], ['250101015', '血常规检测', 2200], ['110200001', '住院床位费', 4000], ['XJ01DDT001', '注射用头孢曲松', 3560]] as const
const made = new Map<string, Suspect[]>()
export const kPersons = [['p-synthetic', '示*'], ['p-second', '王*'], ['p-third', '李**']] as const

export function suspectsOf(clue: Clue): Suspect[] {
  const known = made.get(clue.id)
  if (known) return known
  const suspects = Array.from({ length: clue.findings }, (_, i): Suspect => {
    const rule = ruleOf(clue.rules![i % clue.rules!.length]!.rule)
    const [person, name] = kPersons[i % 3 === 0 ? 0 : i % kPersons.length]!
    const [code, item, fen] = pick(kItems)
    const lines = Array.from({ length: 1 + (i % 3) }, (_, k): Schemas['Line'] => ({
      id: `${clue.id}-l${i}-${k}`, kind: 'line', no: null, feedetl_sn: `L${whole(420)}`, item_code: code, item_name: item, at: at(60 - i * 0.7), cnt: '2', pric: (fen / 100).toFixed(2), amount_fen: fen * 2,
      doctor: '示例医师甲', department: '内科', charged: k === 0 || random() < 0.7, verdict: 'undecided', account: 'identified',
      checkout_suspt_amt_fen: fen, attributed_fen: fen, chk_vola_amt_fen: null, cnfm_vola_amt_fen: null, vola_det_amt_fen: null,
    }))
    const found = lines.reduce((sum, l) => sum + l.checkout_suspt_amt_fen, 0)
    return {
      id: `${clue.id}-s${i}`, doc: `V${1 + (i % 4)}`, rule: rule.rule, rule_name_zh: rule.name_zh, rule_name_en: rule.name_en, rule_version: rule.version, official: rule.official ?? null,
      severity: rule.severity, message_zh: `${item}当日收取 ${2 + (i % 3)} 次，医嘱执行 1 次，超出部分计入疑点`, message_en: `${code}: charged ${2 + (i % 3)} times on one day, ordered once`,
      facts: { 当日收费次数: String(2 + (i % 3)), 医嘱次数: '1', 单价: `${(fen / 100).toFixed(2)} 元` }, person, person_name: name, institution: clue.institution, at: at(60 - i * 0.7),
      verdict: 'undecided', verdict_by: null, verdict_note: null, status: 'live', checkout_suspt_amt_fen: found, attributed_fen: found, fund_fen: Math.floor(found * 0.72),
      chk_vola_amt_fen: null, cnfm_vola_amt_fen: null, vola_det_amt_fen: null, lines,
    }
  })
  made.set(clue.id, suspects)
  return suspects
}

export function decide(clue: Clue, input: Schemas['VerdictInput'], by: string): void {
  const suspects = suspectsOf(clue)
  for (const order of input.verdicts) {
    const chosen = suspects.filter((s) =>
      order.all ? s.verdict === 'undecided' && (!order.rule || s.rule === order.rule) : order.suspect ? s.id === order.suspect : s.lines.some((l) => l.id === order.line))
    for (const suspect of chosen) {
      const lines = suspect.lines.filter((l) => l.charged && (!order.line || l.id === order.line))
      for (const line of lines) {
        line.verdict = order.verdict
        line.chk_vola_amt_fen = order.verdict === 'confirmed' ? (order.chk_vola_amt_fen ?? line.attributed_fen) : null
      }
      suspect.verdict = order.verdict
      suspect.verdict_by = order.verdict === 'undecided' ? null : by
      suspect.verdict_note = order.note ?? null
      suspect.chk_vola_amt_fen = order.verdict === 'confirmed' ? suspect.lines.reduce((sum, l) => sum + (l.chk_vola_amt_fen ?? 0), 0) : null
    }
  }
  clue.version++
  clue.undecided = suspects.filter((s) => s.verdict === 'undecided').length
  clue.confirmed_fen = suspects.reduce((sum, s) => sum + (s.chk_vola_amt_fen ?? 0), 0)
  clue.refuted_fen = suspects.filter((s) => s.verdict === 'refuted').reduce((sum, s) => sum + s.attributed_fen, 0)
  clue.status = 'working'
  clue.updated_at = new Date().toISOString()
}

export function related(clue: Clue): Schemas['RelatedClue'][] {
  return clues
    .filter((c) => c.id !== clue.id && c.institution === clue.institution)
    .slice(0, 4)
    .map((c, i) => ({ id: c.id, no: c.no, title: c.title, status: c.status, why: i === 0 ? 'earlier' : 'same_institution', found_fen: c.found_fen, outcome: c.outcome }))
}
