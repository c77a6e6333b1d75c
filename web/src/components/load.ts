// One answer of the server that a page shows: read when the page opens and again when what it depends on changes.
//
//   const { data, problem, loading, reload } = useLoad(() => ask(api.GET('/api/home')))
//   const page = useLoad(() => ask(api.GET(...)), () => control.state.value)
//
// The last answer stays while the next is on its way; an answer that was overtaken by a later question is dropped.
import { onBeforeUnmount, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { toProblem, type Problem } from '@/api/problem'

export interface Loaded<T> {
  data: ShallowRef<T | null>
  problem: Ref<Problem | null>
  loading: Ref<boolean>
  reload: () => Promise<void>
}

export function useLoad<T>(read: () => Promise<T>, depends?: () => unknown): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const problem = ref<Problem | null>(null)
  const loading = ref(false)
  let asked = 0

  async function reload() {
    const mine = ++asked
    loading.value = true
    try {
      const answer = await read()
      if (mine !== asked) return
      data.value = answer
      problem.value = null
    } catch (error) {
      if (mine !== asked) return
      problem.value = toProblem(error)
    }
    loading.value = false
  }
  if (depends) watch(depends, reload, { immediate: true })
  else void reload()
  onBeforeUnmount(() => ++asked)
  return { data, problem, loading, reload }
}
