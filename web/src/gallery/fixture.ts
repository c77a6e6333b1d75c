// Synthetic content for looking at components. Every name, number and amount here is made up.
import type { Schemas } from '@/api/client'

export const kAreas: Schemas['Area'][] = [
  { code: '990100', name: '示例市', parent: null, level: 'city' },
  { code: '990102', name: '示例市甲区', parent: '990100', level: 'county' },
  { code: '990103', name: '示例市乙县', parent: '990100', level: 'county' },
]
export const kMe: Schemas['Me'] = {
  id: 'u1', login: 'auditor', name: '审核示例', roles: ['auditor', 'inspector', 'approver_1', 'operator'], permissions: ['overview.read'],
  area: kAreas[0]!, institution: null, institution_name: null, csrf: 'synthetic', must_change_password: false, totp: false, synthetic: true,
}
export const kMasked = '审**'
export const kFunnel: Schemas['Funnel'] = {
  identified_fen: 1_284_563_921, refuted_fen: 95_310_000, confirmed_fen: 842_119_300, decided_fen: 511_902_055, recovered_fen: 364_400_120,
  written_off_fen: 1_020_000, damages_due_fen: 88_000_000, damages_paid_fen: 40_000_000, fine_due_fen: 60_000_000, fine_paid_fen: 22_000_000,
  reconciled: true,
}

export interface ClueRow {
  id: string
  no: string
  title: string
  institution_name: string
  severity: Schemas['Severity']
  findings: number
  found_fen: number
  status: Schemas['ClueStatus']
  updated_at: string
}
const kTitles = ['超标准收费：静脉输液', '分解住院', '重复收费：一次性耗材', '限性别项目', '串换药品', '超量开药', '虚记检验项目', '挂床住院']
export const kClues: ClueRow[] = Array.from({ length: 50 }, (_, i) => ({
  id: `c${i}`,
  no: `XS-2026-${String(1000 + i * 7).padStart(6, '0')}`,
  title: kTitles[i % kTitles.length]!,
  institution_name: `示例市第${'一二三四五六七八九'[i % 9]}人民医院`,
  severity: (['violation', 'suspect', 'lead', 'monitor'] as const)[(i * 5) % 4]!,
  findings: 3 + ((i * 37) % 400),
  found_fen: 98_765_432 - i * 1_874_311,
  status: (['new', 'assigned', 'working', 'snoozed'] as const)[i % 4]!,
  updated_at: `2026-03-${String(1 + (i % 28)).padStart(2, '0')}T0${i % 9}:15:00+08:00`,
}))

export const kHits: Schemas['SearchHit'][] = [
  { kind: 'clue', id: 'c1', title: 'XS-2026-001007 分解住院', subtitle: '示例市第二人民医院' },
  { kind: 'institution', id: 'H990001', title: '示例市第二人民医院', subtitle: 'H990001' },
]
