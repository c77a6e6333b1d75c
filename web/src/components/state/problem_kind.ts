import type { Problem } from '@/api/problem'

export type ProblemKind =
  | 'offline' | 'signed_out' | 'forbidden' | 'missing' | 'conflict' | 'rejected' | 'too_many' | 'server' | 'program'

// Which of our explanations fits; messages problem.<kind>.title and .hint exist for each.
export function problemKind(problem: Problem): ProblemKind {
  if (problem.code === 'program') return 'program'
  switch (problem.status) {
    case 0: return 'offline'
    case 401: return 'signed_out'
    case 403: return 'forbidden'
    case 404: return 'missing'
    case 409: return 'conflict'
    case 429: return 'too_many'
    default: return problem.status >= 500 ? 'server' : 'rejected'
  }
}
