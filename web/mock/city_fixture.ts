// A synthetic city in memory, for building screens without a server. Every name, code and amount is made up; types hold it
// to api/openapi.yaml. Never part of a build.
import type { Schemas } from '../src/api/client'

export type Role = Schemas['Role']
let state = 20260305
export const random = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
export const whole = (until: number) => Math.floor(random() * until)
export const pick = <T>(from: readonly T[]): T => from[whole(from.length)]!
export const kNow = Date.parse('2026-03-18T09:20:00+08:00')
export const at = (daysAgo: number) => `${new Date(kNow - daysAgo * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`
export const day = (daysAgo: number) => at(daysAgo).slice(0, 10)

export const kAreas: Schemas['Area'][] = [
  { code: '990100', name: '示例市', parent: null, level: 'city' },
  { code: '990102', name: '东城区', parent: '990100', level: 'county' },
  { code: '990103', name: '西河区', parent: '990100', level: 'county' },
  { code: '990121', name: '南山县', parent: '990100', level: 'county' },
  { code: '990122', name: '北川县', parent: '990100', level: 'county' },
]
export const areaName = (code: string) => kAreas.find((a) => a.code === code)?.name ?? code

export interface Person {
  login: string
  name: string
  roles: Role[]
  permissions: string[]
}
const bureau = ['overview.read', 'clue.read', 'person.read', 'profile.read', 'rule.read', 'case.see', 'ledger.read', 'document.read']
const worker = [...bureau, 'clue.work', 'clue.add', 'clue.assign', 'clue.export', 'person.unmask', 'case.open', 'case.work']
export const kPeople: Person[] = [
  { login: 'auditor1', name: '审核甲', roles: ['auditor'], permissions: [...worker] },
  { login: 'auditor2', name: '审核乙', roles: ['auditor'], permissions: [...worker] },
  { login: 'rep1', name: '驻院代表甲', roles: ['representative'], permissions: [...bureau, 'clue.add', 'person.unmask'] },
  { login: 'inspector1', name: '执法甲', roles: ['inspector'], permissions: [...worker, 'clue.sample'] },
  { login: 'approver1', name: '初审员', roles: ['approver_1'], permissions: [...bureau, 'clue.assign', 'clue.sample'] },
  { login: 'approver2', name: '复审员', roles: ['approver_2'], permissions: [...bureau, 'clue.assign', 'clue.sample'] },
  { login: 'approver3', name: '审签员', roles: ['approver_3'], permissions: [...bureau, 'clue.assign', 'clue.sample', 'trail.read'] },
  { login: 'approver4', name: '审定员', roles: ['approver_4'], permissions: [...bureau, 'clue.assign', 'clue.sample', 'trail.read'] },
  { login: 'analyst', name: '分析员', roles: ['analyst'], permissions: [...bureau, 'clue.sample', 'clue.export'] },
  { login: 'hospital', name: '医保办主任', roles: ['institution'], permissions: ['case.see', 'document.read', 'opinion.answer', 'selfcheck.answer'] },
  { login: 'expert1', name: '评审专家甲', roles: ['expert'], permissions: ['case.see', 'appeal.vote'] },
  { login: 'operator', name: '运维员', roles: ['operator'], permissions: ['user.manage', 'trail.read', 'system.read'] },
]

export const kInstitutions: Schemas['InstitutionRow'][] = [
  ['H990001', '示例市第一人民医院', 'hospital', '三级甲等'], ['H990002', '示例市中医院', 'hospital', '三级乙等'], ['H990003', '示例康复医院', 'hospital', '二级'],
  ['H990004', '东城区人民医院', 'hospital', '二级甲等'], ['H990005', '西河区妇幼保健院', 'hospital', '二级'], ['H990006', '南山县人民医院', 'hospital', '二级甲等'],
  ['H990007', '北川县中心卫生院', 'clinic', '一级'], ['P990001', '惠民大药房东城店', 'pharmacy', null], ['P990002', '康健大药房西河店', 'pharmacy', null],
].map(([code, name, kind, level], i) => {
  const area = kAreas[1 + (i % 4)]!
  const found = 900_000_00 - i * 83_000_00 + whole(5_000_000)
  return {
    code: code!, name: name!, kind: kind!, level: level ?? null, area: area.code, area_name: area.name, clues: 14 - i, open_cases: i % 3,
    found_fen: found, confirmed_fen: Math.floor(found * 0.4), recovered_fen: Math.floor(found * 0.22),
  }
})
export const institutionOf = (code: string) => kInstitutions.find((i) => i.code === code)!

export const kMatters: Schemas['Matter'][] = [
  { code: 'double_billing', zh: '重复收费', en: 'Billed twice', subject_kind: 'institution', articles: ['《医疗保障基金使用监督管理条例》第三十八条第（三）项'], rules: ['B-021', 'B-022'] },
  { code: 'split_stay', zh: '分解住院', en: 'Split stays', subject_kind: 'institution', articles: ['《医疗保障基金使用监督管理条例》第三十八条第（一）项'], rules: ['B-003'] },
  { code: 'beyond_scope', zh: '超限定支付范围', en: 'Beyond the payable scope', subject_kind: 'institution', articles: ['《医疗保障基金使用监督管理条例》第三十八条第（六）项'], rules: ['A-104'] },
  { code: 'resale', zh: '倒卖药品', en: 'Resale of drugs', subject_kind: 'person', articles: ['《医疗保障基金使用监督管理条例》第四十一条'], rules: ['D-201'] },
  { code: 'trace_repeat', zh: '追溯码重复', en: 'Trace code used twice', subject_kind: 'code', articles: ['《医疗保障基金使用监督管理条例》第四十条'], rules: ['D-009'] },
]
export const kRules: Schemas['RuleRow'][] = [
  ['B-021', '重复收取静脉输液费', 'Infusion billed twice', 'management', 'violation', 'double_billing', 0.93],
  ['B-022', '同日重复化验', 'Same laboratory test twice a day', 'management', 'suspect', 'double_billing', 0.61],
  ['B-003', '分解住院', 'Split stay', 'behaviour', 'suspect', 'split_stay', 0.52],
  ['A-104', '限定支付范围', 'Limited to an indication', 'policy', 'violation', 'beyond_scope', 0.88],
  ['D-201', '短期大量购药', 'Bulk purchase in a short time', 'behaviour', 'lead', 'resale', 0.34],
  ['D-009', '追溯码多次结算', 'Trace code settled repeatedly', 'behaviour', 'violation', 'trace_repeat', 0.97],
].map(([rule, zh, en, cls, severity, matter, precision], i) => ({
  rule: rule as string, version: 1 + (i % 3), name_zh: zh as string, name_en: en as string, class: cls as string, severity: severity as Schemas['Severity'],
  matter: matter as string, moments: i % 2 ? ['post'] : ['mid', 'post'], official: i % 2 ? null : `GJ-${200 + i}`, findings: 1400 - i * 190,
  found_fen: 260_000_00 - i * 30_000_00, confirmed: 120 - i * 12, refuted: 9 + i * 11, undecided: 300 - i * 20, precision: precision as number,
  precision_measured: i !== 4, unknowns: i * 37,
}))
export const ruleOf = (rule: string) => kRules.find((r) => r.rule === rule)!
