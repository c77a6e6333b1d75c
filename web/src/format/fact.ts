// The facts of a finding as people read them. The run writes them as text: money as yuan with two decimals, lengths as 2d, 218h or
// 30min, the unknown with what was missing, codes where no name is known. What is not recognised is shown as it came.
import { formatFen, parseYuan } from './money'

// How a message is said in the reader's language, and whether there is one: t and te of vue-i18n.
export interface Wording {
  t: (key: string, values?: Record<string, unknown>) => string
  te: (key: string) => boolean
}
// Facts that the rules give as money. A name that is money in one rule and a number in another is told by its two decimals.
const kMoney = new Set([
  'average', 'bought_at', 'cap', 'ceiling', 'claimed_for', 'cost', 'deductible', 'due', 'excess', 'fund', 'gap', 'left', 'own', 'paid', 'parts', 'person', 'self_pay', 'spent', 'spent_last', 'standard', 'sum', 'worth',
])
// Facts that are codes of a national dictionary.
const kFamilies = new Map([['sex', 'gender'], ['scheme', 'insutype'], ['level', 'hosp_lv'], ['rank', 'hospital_rank'], ['type', 'med_type']])
const kLengths: Record<string, string> = { d: 'days', h: 'hours', min: 'minutes' }
// Written by the run in Chinese whatever the reader speaks.
const kUnknown = /^\u672a\u77e5(\(.*\))?$/
const kTruth: Record<string, string> = { '\u662f': 'yes', '\u5426': 'no' }

export function factName(name: string, { t, te }: Wording): string {
  return te(`fact.${name}`) ? t(`fact.${name}`) : name
}

export function factText(name: string, value: string, facts: Record<string, string>, { t, te }: Wording): string {
  if (kUnknown.test(value)) return t('fact_value.unknown')
  if (Object.hasOwn(kTruth, value)) return t(`fact_value.${kTruth[value]}`)
  const fen = kMoney.has(name) && /^-?\d+\.\d\d$/.test(value) ? parseYuan(value) : null
  if (fen !== null) return formatFen(fen)
  const length = /^(-?\d+(?:\.\d+)?)(d|h|min)$/.exec(value)
  if (length) return t(`fact_value.${kLengths[length[2]!]}`, { count: length[1] })
  // A rule for one sex says which in `limit`.
  const family = name === 'limit' && Object.hasOwn(facts, 'sex') ? 'gender' : kFamilies.get(name)
  return family && te(`${family}.${value}`) ? t(`${family}.${value}`) : value
}
