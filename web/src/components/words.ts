// Words that the server sends in both languages, and words that belong to a state. The meaning of a state is told by a mark
// and a word, never by colour alone: see text/StatusTag.vue.
import { useI18n } from 'vue-i18n'
import type { Schemas } from '@/api/client'
import type { Meaning } from './text/StatusTag.vue'

export function useSay(): (zh: string | null | undefined, en: string | null | undefined) => string {
  const { locale } = useI18n()
  return (zh, en) => (locale.value === 'en' ? en || zh : zh || en) ?? ''
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
