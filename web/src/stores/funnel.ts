// The money of the area in view, shown on every page.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api, ask, type Schemas } from '@/api/client'
import { toProblem, type Problem } from '@/api/problem'

export type Funnel = Schemas['Funnel']

export const useFunnel = defineStore('funnel', () => {
  const funnel = ref<Funnel | null>(null)
  const problem = ref<Problem | null>(null)

  async function load(area: string) {
    try {
      funnel.value = await ask(api.GET('/api/funnel', { params: { query: area ? { area } : {} } }))
      problem.value = null
    } catch (error) {
      problem.value = toProblem(error)
    }
  }
  return { funnel, problem, load }
})
