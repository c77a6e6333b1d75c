// What the server says when it refuses (RFC 9457), and what we say in the same form when it could not be reached.
import type { components } from './schema.gen'

// lang: in which the server was asked, and its words are; the page may speak another by now.
export type Problem = components['schemas']['Problem'] & { lang?: string }

export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title)
    this.name = 'ProblemError'
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'title' in body && 'status' in body
}

// A body that is no problem (a proxy's page, nothing at all) becomes one with the status and nothing invented.
export function problemOf(body: unknown, status: number, statusText = ''): Problem {
  return isProblem(body) ? { ...body, lang: document.documentElement.lang } : { type: 'about:blank', title: statusText || `HTTP ${status}`, status }
}

// The server was not reached: status 0, code offline.
export function offlineProblem(cause: unknown): Problem {
  return { type: 'about:blank', title: 'offline', status: 0, code: 'offline', detail: cause instanceof Error ? cause.message : '' }
}

export function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  return { type: 'about:blank', title: 'program', status: -1, code: 'program', detail: error instanceof Error ? error.message : String(error) }
}
