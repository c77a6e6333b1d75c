// Who is signed in, and what the server says he may do. The screen only hides what would be refused; the server decides.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, ask, setCsrf, type Schemas } from '@/api/client'

export type Me = Schemas['Me']
export type Role = Schemas['Role']
export type Area = Schemas['Area']

export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const known = ref(false)
  const areas = ref<Area[]>([])
  const area = ref('')

  const roles = computed<readonly Role[]>(() => me.value?.roles ?? [])

  function enter(who: Me) {
    me.value = who
    known.value = true
    area.value = who.area.code
    setCsrf(who.csrf)
  }
  function leave() {
    me.value = null
    known.value = true
    areas.value = []
    area.value = ''
    setCsrf('')
  }

  // Asks the server once; an empty answer means nobody.
  async function recall() {
    if (known.value) return
    const who = await ask(api.GET('/api/session'))
    if (!who) return leave()
    enter(who)
    // Until the first password is changed the server answers nothing else. Without areas there is no switch, and that is all.
    if (!who.must_change_password) await loadAreas().catch(() => {})
  }
  async function loadAreas() {
    areas.value = await ask(api.GET('/api/areas'))
  }
  async function signOut() {
    await ask(api.DELETE('/api/session'))
    leave()
  }

  const hasRole = (...wanted: Role[]) => roles.value.some((role) => wanted.includes(role))
  const may = (permission: string) => me.value?.permissions.includes(permission) ?? false

  return { me, known, roles, areas, area, enter, leave, recall, loadAreas, signOut, hasRole, may }
})
