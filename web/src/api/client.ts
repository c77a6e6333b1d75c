// The one way to the server. Paths, parameters and bodies are checked against api/openapi.yaml when we compile.
//
//   const page = await ask(api.GET('/api/clues', { params: { query: { page: 1 } } }))
//
// Errors: `ask` throws ProblemError, also when the server was not reached. A 401 ends the session on this side too.
import createClient, { type Middleware } from 'openapi-fetch'
import { offlineProblem, ProblemError, problemOf } from './problem'
import type { components, paths } from './schema.gen'

export type Schemas = components['schemas']

let csrf = ''
let onSignedOut: () => void = () => {}

export function setCsrf(token: string): void {
  csrf = token
}
// For the few requests that do not go through `api` (uploads with progress).
export function csrfToken(): string {
  return csrf
}
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler
}

const guard: Middleware = {
  onRequest({ request }) {
    // The chosen language, which need not be the browser's: what the server says of a refusal stands on the page.
    request.headers.set('Accept-Language', document.documentElement.lang)
    if (csrf && !['GET', 'HEAD'].includes(request.method)) request.headers.set('X-CSRF-Token', csrf)
    return request
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === 'AbortError') return error
    return new ProblemError(offlineProblem(error))
  },
}

export const api = createClient<paths>({ baseUrl: window.location.origin, credentials: 'same-origin', fetch: (request) => globalThis.fetch(request) })
api.use(guard)

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

export async function ask<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call
  if (response.ok) return data as T
  if (response.status === 401) onSignedOut()
  throw new ProblemError(problemOf(error, response.status, response.statusText))
}
