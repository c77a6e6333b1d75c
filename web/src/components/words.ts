// Words that the server sends in both languages, and words that belong to a state. The meaning of a state is told by a mark
// and a word, never by colour alone: see text/StatusTag.vue.
import { useI18n } from 'vue-i18n'
import type { Schemas } from '@/api/client'
import type { Meaning } from './text/StatusTag.vue'

export function useSay(): (zh: string | null | undefined, en: string | null | undefined) => string {
  const { locale } = useI18n()
  return (zh, en) => (locale.value === 'en' ? en || zh : zh || en) ?? ''
}

// The name of a code of a national dictionary (rules/dictionaries), which is a family of messages; a code nobody knows stands as
// it came.
export type Dictionary = 'gender' | 'hosp_lv' | 'hospital_rank' | 'institution_kind' | 'insutype' | 'med_type'
export function useCode(): (dictionary: Dictionary, code: string | null | undefined) => string {
  const { t, te } = useI18n()
  return (dictionary, code) => (code && te(`${dictionary}.${code}`) ? t(`${dictionary}.${code}`) : code ?? '')
}

export const kSeverityMeaning: Record<Schemas['Severity'], Meaning> = {
  violation: 'violation', suspect: 'suspect', lead: 'info', monitor: 'unknown',
}
export const kClueStatusMeaning: Record<Schemas['ClueStatus'], Meaning> = {
  new: 'info', assigned: 'info', working: 'suspect', snoozed: 'unknown', in_case: 'good', closed: 'good', merged: 'unknown', withdrawn: 'unknown',
}
export const kVerdictMeaning: Record<Schemas['Verdict'], Meaning> = {
  undecided: 'info', confirmed: 'violation', refuted: 'good', coding_error: 'suspect', inconclusive: 'unknown',
}
export const kCaseStateMeaning: Record<Schemas['CaseState'], Meaning> = {
  filed: 'info', verifying: 'info', opinion: 'info', answering: 'suspect', reviewing: 'info', appealed: 'suspect', deciding: 'info',
  approving: 'suspect', decided: 'good', executing: 'info', closed: 'good', transferred: 'unknown', ended: 'unknown',
}

export const kOpinionStateMeaning: Record<Schemas['OpinionState'], Meaning> = {
  issued: 'suspect', answered: 'info', overdue: 'violation', reviewed: 'info', appealed: 'suspect', settled: 'good', withdrawn: 'unknown',
}
export const kDecisionStateMeaning: Record<Schemas['DecisionState'], Meaning> = {
  draft: 'info', approving: 'suspect', returned: 'suspect', refused: 'violation', in_force: 'good', delivered: 'good', executed: 'good', reversed: 'unknown',
}
export const kMeasureStateMeaning: Record<Schemas['Measure']['state'], Meaning> = {
  planned: 'info', in_force: 'suspect', partly: 'suspect', done: 'good', cancelled: 'unknown',
}
export const kApprovalStateMeaning: Record<Schemas['Approval']['state'], Meaning> = {
  running: 'suspect', agreed: 'good', returned: 'suspect', refused: 'violation', withdrawn: 'unknown',
}
export const kClockStateMeaning: Record<Schemas['Clock']['state'], Meaning> = {
  running: 'info', paused: 'unknown', met: 'good', missed: 'violation', cancelled: 'unknown',
}
export const kSelfCheckStateMeaning: Record<Schemas['SelfCheck']['state'], Meaning> = {
  open: 'suspect', submitted: 'info', accepted: 'good', returned: 'violation',
}
export const kAdviceMeaning: Record<Schemas['Advice'], Meaning> = { pass: 'good', warn: 'suspect', self_pay: 'info', block: 'violation' }
export const kReviewMeaning: Record<'uphold' | 'lower' | 'drop', Meaning> = { uphold: 'violation', lower: 'suspect', drop: 'good' }
