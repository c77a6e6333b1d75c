// Cases of the synthetic city at every station of their life, as api/openapi.yaml shows them. Checked by types only: never shipped.
import type { Schemas } from '../src/api/client'
import { areaName, at, day, kInstitutions, kRules, whole } from './city_fixture'
import { related, clues } from './clue_fixture'

export type Case = Schemas['Case']
type State = Case['state']
const kStates: State[] = ['answering', 'reviewing', 'deciding', 'approving', 'executing', 'verifying', 'appealed', 'filed', 'decided', 'closed', 'transferred', 'opinion']
const kOrder: State[] = ['filed', 'verifying', 'opinion', 'answering', 'reviewing', 'appealed', 'deciding', 'approving', 'decided', 'executing', 'closed']
const reached = (state: State, station: State) => kOrder.indexOf(state) >= kOrder.indexOf(station) || state === 'transferred'

const kItems = ['静脉输液', '血常规检测', '住院床位费', '注射用头孢曲松', '中频脉冲电治疗', '运动疗法']
export function opinionLines(state: State, count: number): Schemas['OpinionLine'][] {
  return Array.from({ length: count }, (_, i) => {
    const rule = kRules[i % 3]!
    const put = 12_000 + whole(90_000)
    const contest = i % 3 === 0
    const answered = reached(state, 'reviewing')
    const reviewed = reached(state, 'appealed')
    const review = contest ? (['uphold', 'lower', 'drop'] as const)[(i / 3) % 3]! : null
    const amount = review === 'lower' ? Math.floor(put / 2) : review === 'drop' ? 0 : put
    return {
      line: `l${i + 1}`, suspect: `s${i + 1}`, doc: `V${100 + i}`, rule: rule.rule, rule_name_zh: rule.name_zh, rule_name_en: rule.name_en,
      message_zh: `${kItems[i % 6]}当日收取 3 次，医嘱执行 1 次，超出部分计入疑点`, message_en: 'Charged three times on one day, ordered once', person_name: '张*', item_name: kItems[i % 6]!, at: at(60 - i),
      chk_vola_amt_fen: put, answer: answered ? (contest ? 'contest' : 'accept') : null, answer_amt_fen: answered ? (contest ? Math.floor(put / 4) : put) : null,
      answer_reason: answered && contest ? '医嘱为每日三次，执行单见附件。' : null, answer_evidence: answered && contest ? ['e1'] : [],
      review: reviewed ? review : null, review_amt_fen: reviewed && review ? amount : null, review_reason: reviewed && review ? '执行单缺少执行时间，不予采信。' : null,
      appealed: state === 'appealed' && review === 'uphold', panel: null, cnfm_vola_amt_fen: reviewed || (answered && !contest) ? amount : null,
    }
  })
}
const kChecks: Schemas['CheckItem'][] = [
  { code: 'identity', zh: '患者本人、身份证件与医保凭证三者一致', en: 'Patient, identity card and credential are one person', kind: 'yes_no', required: true },
  { code: 'bed', zh: '患者在床（床号与登记一致）', en: 'Patient in the bed that is registered', kind: 'choice', choices: ['在床', '外出有登记', '不在床', '已出院'], required: true },
  { code: 'bed_photo', zh: '床位现场照片', en: 'Photo at the bed', kind: 'photo', required: true },
  { code: 'record', zh: '病历内容与病情相符，书写及时', en: 'Record agrees with the condition and is in time', kind: 'yes_no', required: true },
  { code: 'quantity', zh: '核实的实际数量', en: 'Quantity as verified', kind: 'number', required: false },
  { code: 'other', zh: '其他情况', en: 'Anything else', kind: 'text', required: false },
]
export const approvals: Schemas['Approval'][] = []
export const tasks: Schemas['Task'][] = []
export const opinions: Schemas['Opinion'][] = []
export const appeals: Schemas['Appeal'][] = []
export const decisions: Schemas['Decision'][] = []
export const documents: Schemas['Document'][] = []
export const clocks: Schemas['Clock'][] = []

function approvalOf(decision: Schemas['Decision'], title: string, state: Schemas['Approval']['state'], passed: number): Schemas['Approval'] {
  const levels = [['初审', 'First review', 'approver_1'], ['复审', 'Second review', 'approver_2'], ['审签', 'Countersign', 'approver_3'], ['审定', 'Final decision', 'approver_4']] as const
  const made: Schemas['Approval'] = {
    id: `v${approvals.length + 1}`, decision: decision.id, decision_no: decision.no, case: decision.case, case_no: decision.case_no, case_title: title, institution_name: decision.institution_name!,
    amount_fen: decision.amount_fen, measures: decision.measures.map((m) => m.kind), state, flow: 'f1', flow_version: 1, level: decision.level, step: passed + 1, submitted_at: at(3), submitted_by_name: '审核甲',
    due_at: at(-1), waiting_for_me: state === 'running', why_not_zh: null, why_not_en: null,
    steps: levels.slice(0, decision.level).map(([zh, en, role], i) => ({
      step: i + 1, name_zh: zh, name_en: en, role, rule: 'any', votes_needed: 1, state: state === 'agreed' || i < passed ? 'passed' : i === passed ? 'open' : 'waiting',
      votes: state === 'agreed' || i < passed ? [{ user: `u${5 + i}`, name: `${zh}员`, vote: 'agree', comment: i ? null : '事实清楚，证据充分。', at: at(2 - i * 0.3) }] : [],
    })),
  }
  approvals.push(made)
  return made
}
export const cases: Case[] = Array.from({ length: 26 }, (_, i): Case => {
  const state = kStates[i % kStates.length]!
  const institution = kInstitutions[i % kInstitutions.length]!
  const id = `a${i + 1}`
  const no = `AJ-2026-${String(i + 1).padStart(6, '0')}`
  const title = ['重复收取静脉输液费', '分解住院', '超限定支付范围用药', '虚记康复治疗'][i % 4]!
  const lines = opinionLines(state, 14)
  const put = lines.reduce((all, l) => all + l.chk_vola_amt_fen, 0)
  const confirmed = lines.reduce((all, l) => all + (l.cnfm_vola_amt_fen ?? 0), 0) || put
  const handler = { handler: 'u1', handler_name: '审核甲' }
  const mine: Schemas['Opinion'][] = []
  if (reached(state, 'answering')) {
    const opinion: Schemas['Opinion'] = {
      id: `o${opinions.length + 1}`, no: `YJ-2026-${String(i + 1).padStart(4, '0')}`, case: id, case_no: no, institution: institution.code, institution_name: institution.name,
      state: state === 'answering' ? 'issued' : state === 'reviewing' ? 'answered' : state === 'appealed' ? 'appealed' : 'settled', text: `经审核，发现你单位存在${title}行为，具体明细见附表。请在规定期限内逐条答复。`,
      issued_at: at(9), issued_by_name: '审核甲', answer_due_at: new Date(Date.now() + 3 * 86_400_000).toISOString(), answered_at: state === 'answering' ? null : at(4), appeal_due_at: null, overdue: false, lines_count: lines.length, amount_fen: put,
      accepted_fen: put - 300_000, contested_fen: 300_000, confirmed_fen: state === 'answering' ? 0 : confirmed, lines, answer_remark: state === 'answering' ? null : '部分明细医嘱与收费一致，请予核减。',
      appeal: null, evidence: [], document: 'd1', version: 1, actions: state === 'answering' ? ['answer'] : state === 'reviewing' ? ['review', 'appeal'] : [],
    }
    if (state === 'appealed') {
      opinion.appeal = {
        id: `p${appeals.length + 1}`, opinion: opinion.id, opinion_no: opinion.no, case: id, case_no: no, institution_name: institution.name, state: 'panel', reason: '执行时间由护理系统另行记录，现补充提交。', at: at(2), amount_fen: 210_000, seed: '20260316',
        experts: [{ user: 'u12', name: '评审专家甲', voted: false }, { user: 'u14', name: '评审专家乙', voted: true }, { user: 'u15', name: '评审专家丙', voted: false }], version: 1, actions: ['vote'],
      }
      appeals.push({ ...opinion.appeal, lines: lines.filter((l) => l.appealed) })
      opinion.actions = ['vote', 'draw_experts']
    }
    opinions.push(opinion)
    mine.push(opinion)
  }
  const own: Schemas['Decision'][] = []
  if (reached(state, 'deciding') && state !== 'transferred') {
    const phase = state === 'deciding' ? 'draft' : state === 'approving' ? 'approving' : state === 'decided' ? 'in_force' : 'delivered'
    const live = ['in_force', 'delivered'].includes(phase)
    const decision: Schemas['Decision'] = {
      id: `j${decisions.length + 1}`, no: `JD-2026-${String(i + 1).padStart(4, '0')}`, case: id, case_no: no, institution_name: institution.name, state: phase,
      facts: `2025年7月至2026年2月，${institution.name}在部分住院患者中存在${title}情形，涉及明细 ${lines.length} 条，经点对点答复、复核，核实违规金额见附表。`, reasons: '医嘱、执行单与收费清单相互印证，当事人未能提供相反证据。', articles: ['条例 38(3)'],
      measures: [
        { id: `m${i}1`, kind: 'recover', state: live ? 'partly' : 'planned', article: '条例 38(3)', amount_fen: confirmed, done_fen: live ? Math.floor(confirmed * 0.4) : 0, due_at: live ? at(-12) : null },
        { id: `m${i}2`, kind: 'fine', state: live ? 'in_force' : 'planned', article: '条例 38(3)', amount_fen: Math.floor(confirmed * 1.5), done_fen: 0, multiple: '1.5' },
        { id: `m${i}3`, kind: 'suspend', state: live ? 'in_force' : 'planned', article: '条例 38(3)', from: day(-10), until: day(-200) },
      ],
      amount_fen: Math.floor(confirmed * 2.5), confirmed_fen: confirmed, level: 4, level_why_zh: '金额 10 万元以上或含行政罚款', level_why_en: 'over 100,000 yuan, or a fine', drafted_by: 'u1', drafted_by_name: '审核甲', drafted_at: at(4),
      approval: null, delivered_at: phase === 'delivered' ? at(3) : null, document: null, version: 1,
      actions: phase === 'draft' ? ['change', 'submit'] : phase === 'in_force' ? ['deliver', 'reverse'] : phase === 'delivered' ? ['execute', 'reverse', 'document'] : [],
    }
    if (phase !== 'draft') decision.approval = approvalOf(decision, title, phase === 'approving' ? 'running' : 'agreed', phase === 'approving' ? 0 : 4)
    decisions.push(decision)
    own.push(decision)
  }
  const task: Schemas['Task'] = {
    id: `t${tasks.length + 1}`, no: `HC-2026-${String(i + 1).padStart(4, '0')}`, kind: i % 2 ? 'on_file' : 'on_site', state: state === 'verifying' ? 'open' : 'done', case: id, case_no: no, case_title: title, institution: institution.code, institution_name: institution.name,
    assignee: 'u3', assignee_name: '驻院代表甲', text: '请核对 3 名患者的输液医嘱、执行单与收费清单。', due_at: state === 'verifying' ? new Date(Date.now() + 86_400_000).toISOString() : at(8), overdue: false, items: kChecks.map((c) => ({ ...c, answer: null, note: null, evidence: [] })),
    conclusion: state === 'verifying' ? null : 'false_care', summary: state === 'verifying' ? null : '两名患者执行单缺失。', evidence: [], reported_at: state === 'verifying' ? null : at(11), version: 1,
  }
  if (state !== 'filed') tasks.push(task)
  const clock = (n: number, kind: string, zh: string, en: string, left: number): Schemas['Clock'] => ({
    id: `k${i * 3 + n}`, kind, zh, en, case: id, case_no: no, clue: null, owner_name: kind === 'answer' ? institution.name : '审核甲', started_at: at(9), length: kind === 'answer' ? 10 : 90, unit: kind === 'answer' ? 'working_days' : 'calendar_days',
    due_at: new Date(Date.now() + left * 86_400_000).toISOString(), left_days: left, state: kind === 'decision' && state === 'answering' ? 'paused' : 'running', paused_why: kind === 'decision' && state === 'answering' ? '等待机构答复' : null, escalated: left < 0, basis: kind === 'answer' ? '本系统默认' : '行政处罚法第六十条：自立案之日起九十日',
  })
  const running = ['closed', 'transferred'].includes(state) ? [] : [clock(1, 'decision', '作出处理决定', 'Decide the case', 41 - i * 2), ...(state === 'answering' ? [clock(0, 'answer', '机构答复审核意见', 'Answer the opinion', 3)] : [])]
  clocks.push(...running)
  if (reached(state, 'answering')) documents.push({ id: `d${documents.length + 1}`, no: `WS-2026-${String(i + 1).padStart(4, '0')}`, kind: 'review_opinion', title: `${title}审核意见书`, case: id, case_no: no, institution: institution.code, institution_name: institution.name, made_at: at(9), made_by_name: '审核甲', formats: ['html', 'pdf', 'docx'], sha256: 'ab12'.repeat(16), period: null })
  return {
    id, no, title, track: i % 3 === 0 ? 'administrative' : 'agency', state, institution: institution.code, institution_name: institution.name, person: null, area: institution.area, area_name: areaName(institution.area),
    found_fen: put + 400_000, confirmed_fen: confirmed, decided_fen: reached(state, 'decided') ? confirmed : 0, recovered_fen: reached(state, 'executing') ? Math.floor(confirmed * 0.4) : 0, opened_at: at(20 + i), opened_by_name: '审核甲', ...handler,
    assistants: [{ id: 'u2', name: '审核乙', roles: ['auditor'], area: '990100', open_work: 4 }], recused: i === 0 ? [{ user: 'u4', name: '执法甲', reason: '近亲属在该机构任职', at: at(15) }] : [], flow: '审批流程 v1', due_at: running[0]?.due_at ?? null, due_kind: 'decision', overdue: running.some((c) => (c.left_days ?? 0) < 0),
    clues: related(clues[i]!), tasks: state === 'filed' ? [] : [task], opinions: mine.map((o) => ({ ...o, lines: [] })), decisions: own, clocks: running, documents: documents.filter((d) => d.case === id), evidence: [],
    transfer_alert_zh: i === 2 ? '案件核实金额已达本地刑事立案参考线 3000 元，请核对移送条件。' : null, transfer_alert_en: i === 2 ? 'the case sum reaches the local criminal line of 3000 yuan' : null, exposure: state === 'closed' ? true : null, close_reason: state === 'closed' ? 'executed' : null, closed_at: state === 'closed' ? at(1) : null, version: 1,
    actions: ['closed', 'transferred'].includes(state) ? [] : ['set_team', 'recuse', 'add_task', 'issue_opinion', 'draft_decision', 'convert', 'evidence', 'document', ...(state === 'executing' ? (['close'] as const) : [])],
  }
})
