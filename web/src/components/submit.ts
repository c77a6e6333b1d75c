// One change sent to the server: busy while it is under way, and what the server said when it refused.
import { ref, type Ref } from 'vue'
import { toProblem, type Problem } from '@/api/problem'

export interface Submit {
  busy: Ref<boolean>
  problem: Ref<Problem | null>
  // Undefined when it was refused or another is under way.
  run: <T>(work: () => Promise<T>) => Promise<T | undefined>
  forget: () => void
}

export function useSubmit(): Submit {
  const busy = ref(false)
  const problem = ref<Problem | null>(null)
  return {
    busy,
    problem,
    async run(work) {
      if (busy.value) return undefined
      busy.value = true
      problem.value = null
      try {
        return await work()
      } catch (error) {
        problem.value = toProblem(error)
        return undefined
      } finally {
        busy.value = false
      }
    },
    forget: () => (problem.value = null),
  }
}
