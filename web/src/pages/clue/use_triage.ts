// The work on one clue's suspects: which are loaded, where the cursor is, what was typed, and the verdicts on their way.
//
// A key press shows its verdict at once and moves on; verdicts are sent one after another, each with the version the one
// before it left. When one is refused (somebody was quicker, the lock is another's) the rest is dropped, the problem shown and
// the list read again; what was typed stays.
import { computed, reactive, ref, shallowRef, watch, type Ref } from 'vue'
import { api, ask, type Schemas } from '@/api/client'
import { toProblem, type Problem } from '@/api/problem'
import { foretold, nextOpen, ordersFor, restoring, type Order, type Suspect, type Verdict } from './triage'

export type Clue = Schemas['Clue']
export type SuspectSort = '-found' | 'found' | 'at' | '-at' | 'rule'
export const kPageSize = 200
const kUndoMost = 50

interface Step {
  ids: string[]
  back: Order[]
}

export function useTriage(clue: Ref<Clue | null>, me: () => string | undefined) {
  const suspects = shallowRef<Suspect[]>([])
  const total = ref(0)
  const loading = ref(false)
  const loadProblem = ref<Problem | null>(null)
  const problem = ref<Problem | null>(null)
  const look = reactive({ page: 1, sort: '-found' as SuspectSort, rule: '', verdict: '' as Verdict | '', text: '' })
  const cursor = ref(0)
  const chosen = ref<string[]>([])
  const edits = reactive<Record<string, number>>({})
  const note = ref('')
  const sending = ref(0)
  const undo = ref<Step[]>([])
  const current = computed<Suspect | undefined>(() => suspects.value[cursor.value])
  const complete = computed(() => total.value <= suspects.value.length)
  const mine = computed(() => Boolean(clue.value?.locked_by && clue.value.locked_by === me()))
  const deciding = new Set<string>()
  let asked = 0

  async function load(keep = false) {
    const id = clue.value?.id
    if (!id) return
    const turn = ++asked
    loading.value = true
    try {
      const query = {
        page: look.page, size: kPageSize, sort: look.sort, ...(look.rule ? { rule: look.rule } : {}),
        ...(look.verdict ? { verdict: look.verdict } : {}), ...(look.text ? { text: look.text } : {}),
      }
      const page = await ask(api.GET('/api/clues/{id}/suspects', { params: { path: { id }, query } }))
      if (turn !== asked) return
      const here = keep ? current.value?.id : undefined
      suspects.value = page.rows
      total.value = page.total
      const found = page.rows.findIndex((s) => s.id === here)
      cursor.value = found >= 0 ? found : keep ? Math.min(cursor.value, Math.max(0, page.rows.length - 1)) : 0
      const there = new Set(page.rows.map((s) => s.id))
      chosen.value = chosen.value.filter((one) => there.has(one))
      loadProblem.value = null
    } catch (error) {
      if (turn !== asked) return
      loadProblem.value = toProblem(error)
    }
    loading.value = false
  }
  watch(() => clue.value?.id, () => ((undo.value = []), void load()))
  watch(() => [look.sort, look.rule, look.verdict, look.text], () => ((look.page = 1), void load()))
  watch(() => look.page, () => void load())

  const may = computed(() => clue.value?.actions.includes('verdict') ?? false)
  function patch(ids: ReadonlySet<string>, change: (suspect: Suspect) => Suspect) {
    suspects.value = suspects.value.map((s) => (ids.has(s.id) ? change(s) : s))
  }

  async function lock(): Promise<boolean> {
    if (!clue.value) return false
    try {
      clue.value = await ask(api.POST('/api/clues/{id}/lock', { params: { path: { id: clue.value.id } } }))
      return true
    } catch (error) {
      problem.value = toProblem(error)
      return false
    }
  }
  async function unlock() {
    if (!clue.value) return
    try {
      await ask(api.DELETE('/api/clues/{id}/lock', { params: { path: { id: clue.value.id } } }))
      await readClue()
    } catch (error) {
      problem.value = toProblem(error)
    }
  }
  async function readClue() {
    const id = clue.value?.id
    if (id) clue.value = await ask(api.GET('/api/clues/{id}', { params: { path: { id } } }))
  }

  // One after another. `broken` drops what was queued behind a refusal.
  let chain: Promise<void> = Promise.resolve()
  let broken = 0
  function send(orders: Order[], ids: readonly string[]) {
    const born = broken
    sending.value++
    ids.forEach((id) => deciding.add(id))
    chain = chain.then(async () => {
      if (born === broken && clue.value) {
        try {
          if (!mine.value && clue.value.actions.includes('lock') && !(await lock())) throw problem.value
          clue.value = await ask(
            api.POST('/api/clues/{id}/verdicts', { params: { path: { id: clue.value.id } }, body: { version: clue.value.version, verdicts: orders } }),
          )
        } catch (error) {
          broken++
          undo.value = []
          problem.value ??= toProblem(error)
        }
      }
      ids.forEach((id) => deciding.delete(id))
      if (--sending.value === 0) await load(true)
    })
  }

  function decide(verdict: Order['verdict'], these?: readonly Suspect[]) {
    const targets = these ?? (chosen.value.length ? suspects.value.filter((s) => chosen.value.includes(s.id)) : current.value ? [current.value] : [])
    const open = targets.filter((s) => s.status === 'live')
    if (!open.length || !may.value || problem.value) return
    const ids = open.map((s) => s.id)
    undo.value = [...undo.value.slice(-kUndoMost + 1), { ids, back: restoring(open) }]
    send(ordersFor(open, verdict, edits, note.value), ids)
    const set = new Set(ids)
    const said = note.value
    patch(set, (s) => foretold(s, verdict, edits, said))
    note.value = ''
    chosen.value = chosen.value.filter((id) => !set.has(id))
    cursor.value = nextOpen(suspects.value, cursor.value, deciding)
  }
  // All undecided of the rule under the cursor. Where not all are loaded the server chooses them, and there is no way back in one step.
  function ofRule(): Suspect[] {
    const rule = current.value?.rule
    return suspects.value.filter((s) => s.rule === rule && s.verdict === 'undecided' && !deciding.has(s.id))
  }
  function decideRule(verdict: Order['verdict']) {
    const rule = current.value?.rule
    if (!rule || !may.value || problem.value) return
    if (complete.value && !look.rule && !look.verdict && !look.text) return decide(verdict, ofRule())
    undo.value = []
    send([{ all: true, rule, verdict, ...(note.value.trim() ? { note: note.value.trim() } : {}) }], ofRule().map((s) => s.id))
    note.value = ''
  }
  function takeBack() {
    const step = undo.value.at(-1)
    if (!step || !may.value || problem.value) return
    undo.value = undo.value.slice(0, -1)
    send(step.back, step.ids)
    const at = suspects.value.findIndex((s) => s.id === step.ids[0])
    if (at >= 0) cursor.value = at
  }
  async function afterConflict() {
    problem.value = null
    try {
      await readClue()
      await load(true)
    } catch (error) {
      problem.value = toProblem(error)
    }
  }
  const choose = (id: string) => (chosen.value = chosen.value.includes(id) ? chosen.value.filter((one) => one !== id) : [...chosen.value, id])

  return {
    suspects, total, loading, loadProblem, problem, look, cursor, chosen, edits, note, sending, undo, current, complete, mine, may,
    load, lock, unlock, readClue, decide, decideRule, ofRule, takeBack, afterConflict, choose,
  }
}
export type Triage = ReturnType<typeof useTriage>
