// What the try page holds: one draft, as a tree and as the text of it, in step; what was answered; and where a mistake is.
import { computed, ref, shallowRef } from 'vue'
import { api, ask, type Schemas } from '@/api/client'
import type { Problem } from '@/api/problem'
import { useSubmit } from '@/components/submit'
import { readAnswer, touchesOf, type Hit, type Read } from './answer'
import { kEmptyDraft, parseDraft, placeOf, withLine, without, withValue, writeDraft, type Json, type Path, type Visit } from './draft'

export type Moment = 'pre' | 'mid'
export interface Said {
  way: 'changed' | 'carried_on'
  reason: string
}

export function useTry() {
  const tree = shallowRef<Json>(kEmptyDraft)
  const text = ref(writeDraft(kEmptyDraft))
  const wrongText = ref('')
  const moment = ref<Moment>('mid')
  const institution = ref('')
  const asking = useSubmit()
  const answer = shallowRef<Read | null>(null)
  const trace = ref('')
  // Of which tree the answer is: what was changed since has not been judged.
  const askedTree = shallowRef<Json | null>(null)
  const askedMoment = ref<Moment>('mid')
  const place = shallowRef<Path | null>(null)
  const said = ref<Record<string, Said>>({})

  function put(next: Json) {
    tree.value = next
    text.value = writeDraft(next)
    wrongText.value = ''
  }
  // What is typed counts as soon as it is JSON; until then the tables keep what they had.
  function type(written: string) {
    text.value = written
    const parsed = parseDraft(written)
    wrongText.value = parsed.wrong ?? ''
    if (parsed.wrong === null) tree.value = parsed.tree
  }
  function change(path: Path, value: string) {
    put(withValue(tree.value, path, value))
    place.value = null
  }
  const add = (visit: Visit) => put(withLine(tree.value, visit))
  const remove = (path: Path) => put(without(tree.value, path))
  function fresh(next: Json) {
    put(next)
    answer.value = null
    place.value = null
    asking.forget()
    said.value = {}
  }

  const query = computed(() => (institution.value ? { institution: institution.value } : {}))
  async function run() {
    if (wrongText.value) return
    const sent = tree.value
    const what = moment.value
    place.value = null
    const told = await asking.run(async () => {
      const call = api.POST('/api/realtime/{what}', { params: { path: { what }, query: query.value }, body: sent as Schemas['Draft'] })
      const body = await ask(call)
      return { body, trace: (await call).response.headers.get('X-Trace-Id') ?? '' }
    })
    if (told) {
      answer.value = readAnswer(told.body)
      trace.value = told.trace
      askedTree.value = sent
      askedMoment.value = what
      said.value = {}
    } else {
      answer.value = null
      place.value = placeOf(sent, fieldOf(asking.problem.value))
    }
  }
  // What was done with a hit (3103); people's word is a trial as their question is.
  async function feedBack(hit: Hit, way: Said['way'], reason: string): Promise<Problem | null> {
    const warn = { warn_rslt_id: hit.id, dspo_way: way === 'changed' ? '2' : '1', ...(reason ? { dspo_way_rea: reason } : {}) }
    const body = { warn_type: askedMoment.value === 'pre' ? '1' : '2', warns: [warn] }
    const sending = useSubmit()
    const done = await sending.run(() => ask(api.POST('/api/realtime/{what}', { params: { path: { what: 'feedback' }, query: query.value }, body: body as unknown as Schemas['Draft'] })))
    if (done) said.value = { ...said.value, [hit.id]: { way, reason } }
    return sending.problem.value
  }

  return {
    tree, text, wrongText, moment, institution, answer, trace, place, said, put, type, change, add, remove, fresh, run, feedBack,
    busy: asking.busy,
    problem: asking.problem,
    stale: computed(() => answer.value !== null && askedTree.value !== tree.value),
    touches: computed(() => (askedTree.value === tree.value && answer.value ? touchesOf(answer.value.hits) : undefined)),
  }
}

// The field the server names (its own path), or nothing.
export function fieldOf(problem: Problem | null): string {
  return problem?.errors?.[0]?.field ?? ''
}
