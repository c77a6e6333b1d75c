import { afterEach, describe, expect, it, vi } from 'vitest'
import { api, ask, setCsrf, whenSignedOut } from './client'
import { ProblemError } from './problem'

function answer(body: unknown, init: ResponseInit = {}) {
  const fetched = vi.fn(async (_request: Request) => new Response(body === null ? null : JSON.stringify(body), { headers: { 'content-type': 'application/json' }, ...init }))
  vi.stubGlobal('fetch', fetched)
  return fetched
}
const base = 'http://localhost'
const problemOfCall = async (call: Promise<unknown>) => {
  const error = await call.then(() => null, (e: unknown) => e)
  expect(error).toBeInstanceOf(ProblemError)
  return (error as ProblemError).problem
}
afterEach(() => {
  vi.unstubAllGlobals()
  setCsrf('')
})

describe('asking the server', () => {
  it('gives what it answers', async () => {
    answer([{ kind: 'clue', id: '1', title: 'a' }])
    await expect(ask(api.GET('/api/search', { baseUrl: base, params: { query: { q: 'a b&c' } } }))).resolves.toHaveLength(1)
  })
  it('sends the token with whatever changes something, and only then', async () => {
    setCsrf('token')
    const get = answer([])
    await ask(api.GET('/api/areas', { baseUrl: base }))
    expect(get.mock.calls[0]![0].headers.get('X-CSRF-Token')).toBeNull()
    const remove = answer(null, { status: 204 })
    await ask(api.DELETE('/api/session', { baseUrl: base }))
    expect(remove.mock.calls[0]![0].headers.get('X-CSRF-Token')).toBe('token')
  })
  it('throws the problem the server told, its fields included', async () => {
    answer({ type: 'about:blank', title: 'bad', status: 422, errors: [{ field: '/q', expected: 'text' }] }, { status: 422 })
    expect(await problemOfCall(ask(api.GET('/api/areas', { baseUrl: base })))).toMatchObject({ status: 422, errors: [{ field: '/q' }] })
  })
  it('makes a problem of a page that is none', async () => {
    vi.stubGlobal('fetch', async () => new Response('<html>Bad gateway</html>', { status: 502, statusText: 'Bad Gateway' }))
    expect(await problemOfCall(ask(api.GET('/api/areas', { baseUrl: base })))).toMatchObject({ status: 502, title: 'Bad Gateway' })
  })
  it('tells an unreachable server from a refusing one', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch')
    })
    expect(await problemOfCall(ask(api.GET('/api/areas', { baseUrl: base })))).toMatchObject({ status: 0, code: 'offline' })
  })
  it('ends the session here too when the server ended it', async () => {
    const left = vi.fn()
    whenSignedOut(left)
    answer({ type: 'about:blank', title: 'who?', status: 401 }, { status: 401 })
    expect((await problemOfCall(ask(api.GET('/api/areas', { baseUrl: base })))).status).toBe(401)
    expect(left).toHaveBeenCalledOnce()
    whenSignedOut(() => {})
  })
})
