// What a request was: the twin's word, or the national transaction's number.
import type { What } from './monitor'

export function whatOf(infno: string): What {
  if (infno === '3101' || infno === 'pre') return 'pre'
  if (infno === '3102' || infno === 'mid') return 'mid'
  return infno === '3103' || infno === 'feedback' ? 'feedback' : 'upload'
}
