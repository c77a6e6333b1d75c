// A synthetic person. Every name, code and amount here is made up; the same seed gives the same person.
import type { Timeline, TimelineLine, TimelineVisit } from './types'

const kItems: [code: string, name: string, category: string, fen: number][] = [
  ['110200001', '住院床位费', '01', 4_000], ['120100003', '二级护理', '07', 1_800], ['120400006', '静脉输液', '05', 800],
  ['250101015', '血常规检测', '04', 2_200], ['250302001', '葡萄糖测定', '04', 600], ['210300001', 'CT 平扫', '03', 22_000],
  ['XJ01DDT001', '注射用头孢曲松', '09', 3_560], ['ZA01AAB002', '丹参注射液', '11', 5_240], ['C0101', '一次性输液器', '08', 350],
  ['340100012', '中频脉冲电治疗', '05', 3_000], ['310800001', '心电监护', '05', 1_200], ['T000600', '黄芪饮片', '10', 1_540],
]

export function synthesize(lineCount = 420, seed = 7): Timeline {
  let state = seed
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!
  const at = (day: number, hour: number) => {
    const date = new Date(Date.UTC(2026, 0, 1) + day * 86_400_000 + hour * 3_600_000)
    return `${date.toISOString().slice(0, 19)}+08:00`
  }
  const hospitals = [['H990001', '示例市第一人民医院'], ['H990002', '示例市中医院'], ['H990003', '示例康复医院']] as const
  const stay = (id: string, which: number, from: number, until: number | null, diagnosis: string, mark: Partial<TimelineVisit> = {}): TimelineVisit => ({
    id, institution: hospitals[which]![0], institution_name: hospitals[which]![1], kind: '住院', begin: at(from, 9), end: until === null ? null : at(until, 10),
    diagnosis: 'I63.900', diagnosis_name: diagnosis, department: '内科', amount_fen: 860_000, charged: false, evidence: false, findings: [], ...mark,
  })
  const stays = [
    stay('V1', 0, 12, 26, '脑梗死'),
    stay('V2', 0, 27, 39, '脑梗死后遗症', { charged: true, findings: ['F1'] }),
    stay('V3', 2, 36, 58, '偏瘫康复', { evidence: true, findings: ['F2'] }),
    stay('V4', 1, 96, 110, '腰椎间盘突出'),
  ]
  const visits: TimelineVisit[] = Array.from({ length: 14 }, (_, i) => ({
    ...stay(`O${i}`, i % 3, 4 + i * 9, 4 + i * 9, '高血压'), kind: '门诊', end: null, charged: i === 9, evidence: i === 8, findings: i === 9 ? ['F3'] : [],
  }))
  const lines: TimelineLine[] = Array.from({ length: lineCount }, (_, i) => {
    const visit = random() < 0.85 ? pick(stays) : pick(visits)
    const from = Date.parse(visit.begin)
    const until = visit.end ? Date.parse(visit.end) : from + 3_600_000
    const day = (from + random() * (until - from) - Date.UTC(2026, 0, 1) + 8 * 3_600_000) / 86_400_000
    const [code, name, category, fen] = pick(kItems)
    const quantity = 1 + Math.floor(random() * 3)
    const infusion = code === '120400006' && visit.id === 'V3'
    const bed = code === '110200001' && visit.id === 'V2'
    const charged = (infusion && random() < 0.8) || bed
    return {
      id: `L${i}`, visit: visit.id, at: at(day, 0), item_code: code, item_name: name, category, quantity: String(quantity), price: (fen / 100).toFixed(2),
      amount_fen: fen * quantity, doctor: pick(['示例医师甲', '示例医师乙']), department: visit.department, charged,
      evidence: !charged && visit.id === 'V3' && code === 'XJ01DDT001', findings: infusion ? ['F2'] : bed ? ['F1'] : [],
    }
  })
  return {
    person: 'p-synthetic', person_name: '示*', gender: '2', age: 67, from: '2026-01-01', until: '2026-05-15', truncated: false, stays, visits, lines,
    findings: [
      { id: 'F1', rule: 'B-003', rule_name_zh: '分解住院', rule_name_en: 'Split stay', message_zh: '出院次日因同一疾病再入院', message_en: 'Admitted again for the same disease a day after discharge', found_fen: 120_000 },
      { id: 'F2', rule: 'B-009', rule_name_zh: '两院同时住院', rule_name_en: 'In two beds at once', message_zh: '两家机构住院时间重叠 3 天', message_en: 'Stays at two institutions overlap by 3 days', found_fen: 64_000 },
      { id: 'F3', rule: 'D-101', rule_name_zh: '住院期间门诊', rule_name_en: 'Outpatient during a stay', message_zh: '住院期间发生门诊费用', message_en: 'Outpatient fees during a stay', found_fen: 4_400 },
    ],
  }
}
