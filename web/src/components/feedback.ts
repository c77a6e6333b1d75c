// What we say back: a toast for what is done, a question before what cannot be undone, an explanation when it failed.
import { ElMessage, ElMessageBox } from 'element-plus'
import 'element-plus/es/components/message/style/css'
import 'element-plus/es/components/message-box/style/css'
import { toProblem } from '@/api/problem'
import { t } from '@/i18n'
import { problemKind } from './state/problem_kind'

export function toast(message: string, type: 'success' | 'warning' | 'info' | 'error' = 'success'): void {
  ElMessage({ message, type, grouping: true, showClose: true, duration: type === 'error' ? 8000 : 3000 })
}

export function toastProblem(error: unknown): void {
  const problem = toProblem(error)
  const fields = problem.errors?.map((e) => `${e.field}: ${t('problem.expected', { expected: e.expected })}`) ?? []
  const words = [t(`problem.${problemKind(problem)}.title`), problem.detail, ...fields].filter(Boolean)
  toast(words.join(' · '), 'error')
}

// Runs it; a failure is told and answered with undefined.
export async function attempt<T>(work: () => Promise<T>, done?: string): Promise<T | undefined> {
  try {
    const result = await work()
    if (done) toast(done)
    return result
  } catch (error) {
    toastProblem(error)
    return undefined
  }
}

// True when the reader agrees. The dangerous button is not the one that Enter presses.
export async function confirm(options: { title: string; text: string; yes?: string; danger?: boolean }): Promise<boolean> {
  try {
    await ElMessageBox.confirm(options.text, options.title, {
      confirmButtonText: options.yes ?? t('action.yes'),
      cancelButtonText: t('action.cancel'),
      type: options.danger ? 'warning' : undefined,
      autofocus: !options.danger,
    })
    return true
  } catch {
    return false
  }
}

// A reason of at least `least` characters, or null when the reader turned back.
export async function askReason(options: { title: string; text: string; least?: number; yes?: string }): Promise<string | null> {
  const least = options.least ?? 2
  try {
    const answer = await ElMessageBox.prompt(options.text, options.title, {
      confirmButtonText: options.yes ?? t('action.yes'),
      cancelButtonText: t('action.cancel'),
      inputType: 'textarea',
      inputPlaceholder: t('confirm.reason'),
      inputValidator: (value) => (value?.trim().length ?? 0) >= least || t('confirm.reason_short', { least }),
    })
    return answer.value.trim()
  } catch {
    return null
  }
}
