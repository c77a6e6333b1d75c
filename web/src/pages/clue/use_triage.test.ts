// Verdicts on their way: one after another, each with the version the one before it left; a refusal drops the rest.
import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, shallowRef, type EffectScope } from 'vue'
import type { Suspect } from './triage'
import { useTriage, type Clue, type Triage } from './use_triage'

const suspect = (id: string, rule = 'B-1'): Suspect => ({
  id, rule, rule_name_zh: '', rule_name_en: '', rule_version: 1, severity: 'violation', message_zh: '', message_en: '', person: 'p', person_name: '', verdict: 'undecided',
  status: 'live', checkout_suspt_amt_fen: 100, attributed_fen: 100,
  lines: [{ id: `${id}l`, charged: true, verdict: 'undecided', checkout_suspt_amt_fen: 100, attributed_fen: 100 } as Suspect['lines'][number]],
})
const start = { id: 'c1', version: 3, actions: ['lock', 'verdict'], locked_by: 'me' } as unknown as Clue
let sent: { path: string; body: { version: number; verdicts: unknown[] } }[]
let refuseAt: number
let held: (() => void)[]
let scope: EffectScope
let triage: Triage
const clue = shallowRef<Clue | null>(null)

beforeEach(async () => {
  sent = []
  held = []
  refuseAt = -1
  let version = 3
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname } = new URL(request.url)
    const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
    if (pathname.endsWith('/suspects')) return json({ rows: [suspect('s1'), suspect('s2'), suspect('s3', 'B-2')], total: 3 })
    if (request.method === 'GET') return json({ ...start, version })
    sent.push({ path: pathname, body: await request.json() })
    await new Promise<void>((resolve) => held.push(resolve))
    if (sent.length === refuseAt) return json({ type: '', title: '', status: 409, code: 'version_conflict' }, 409)
    return json({ ...start, version: ++version })
  })
  scope = effectScope()
  clue.value = null
  triage = scope.run(() => useTriage(clue, () => 'me'))!
  clue.value = start
  await flushPromises()
})
afterEach(() => {
  scope.stop()
  vi.unstubAllGlobals()
})
async function answer() {
  await flushPromises()
  held.shift()?.()
  await flushPromises()
}

describe('verdicts on their way', () => {
  it('show at once and are sent one after another with the version each left', async () => {
    triage.decide('confirmed')
    triage.decide('refuted')
    expect(triage.suspects.value.map((s) => s.verdict)).toEqual(['confirmed', 'refuted', 'undecided'])
    expect(triage.cursor.value).toBe(2)
    await flushPromises()
    expect(sent).toHaveLength(1)
    await answer()
    await answer()
    expect(sent.map((s) => s.body)).toEqual([
      { version: 3, verdicts: [{ suspect: 's1', verdict: 'confirmed' }] },
      { version: 4, verdicts: [{ suspect: 's2', verdict: 'refuted' }] },
    ])
    expect(triage.sending.value).toBe(0)
  })
  it('are dropped behind a refusal; nothing more is sent until the state was read again', async () => {
    refuseAt = 1
    triage.edits['s1l'] = 40
    triage.decide('confirmed')
    triage.decide('refuted')
    await answer()
    expect(sent).toHaveLength(1)
    expect(triage.problem.value).toMatchObject({ status: 409, code: 'version_conflict' })
    // What the server holds is shown again; what was typed is still there.
    expect(triage.suspects.value.every((s) => s.verdict === 'undecided')).toBe(true)
    expect(triage.edits['s1l']).toBe(40)
    triage.decide('confirmed')
    await flushPromises()
    expect(sent).toHaveLength(1)
    await triage.afterConflict()
    triage.decide('confirmed')
    await flushPromises()
    expect(sent).toHaveLength(2)
  })
  it('are taken back by the opposite order', async () => {
    triage.decide('confirmed')
    await answer()
    triage.takeBack()
    await answer()
    expect(sent.at(-1)!.body.verdicts).toEqual([{ suspect: 's1', verdict: 'undecided' }])
  })
  it('fall on all undecided of the rule under the cursor, and only on them', async () => {
    triage.decideRule('coding_error')
    await answer()
    expect(sent[0]!.body.verdicts).toEqual([{ suspect: 's1', verdict: 'coding_error' }, { suspect: 's2', verdict: 'coding_error' }])
  })
  it('are not given by who may not', async () => {
    clue.value = { ...start, actions: [] }
    triage.decide('confirmed')
    await flushPromises()
    expect(sent).toEqual([])
    expect(triage.suspects.value[0]!.verdict).toBe('undecided')
  })
})
