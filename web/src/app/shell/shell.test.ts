import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { kFunnel, kMe } from '@/gallery/fixture'
import { useSession, type Role } from '@/stores/session'
import { kNavigation, navigationFor } from '../navigation'
import { i18n } from '@/i18n'
import CommandPalette from './CommandPalette.vue'
import FunnelStrip from './FunnelStrip.vue'

const everywhere = () => true
const namesFor = (roles: Role[]) => navigationFor(roles, everywhere).flatMap((g) => g.entries.map((e) => e.route))

describe('the menu', () => {
  it('shows an institution its own things and nothing of the bureau', () => {
    expect(namesFor(['institution'])).toEqual(['home', 'deadlines', 'opinions', 'self_checks', 'realtime_acceptance', 'realtime_requests', 'realtime_try', 'documents'])
  })
  it('shows administration to the operator and no clues', () => {
    expect(namesFor(['operator'])).toContain('administration')
    expect(namesFor(['operator'])).not.toContain('clues')
  })
  it('shows only pages that exist, and nothing to nobody', () => {
    expect(navigationFor(['auditor'], (name) => name === 'clues').flatMap((g) => g.entries)).toHaveLength(1)
    expect(namesFor([])).toEqual([])
  })
  it('has a word for each entry and each group', () => {
    for (const group of kNavigation) {
      expect(i18n.global.te(`nav_group.${group.title}`)).toBe(true)
      for (const entry of group.entries) expect(i18n.global.te(`nav.${entry.route}`), entry.route).toBe(true)
    }
  })
})

describe('the money strip', () => {
  it('shows the four steps, what passed between them, and whether the books agree', () => {
    const text = mount(FunnelStrip, { props: { funnel: kFunnel } }).text()
    expect(text).toMatch(/识别.*1,284\.56万.*65\.6%.*核实.*决定.*追回/)
    expect(text).toContain('账实相符')
    expect(mount(FunnelStrip, { props: { funnel: { ...kFunnel, reconciled: false } } }).text()).toContain('台账不平')
  })
  it('shows dashes for what it does not know, and offers to ask again', async () => {
    expect(mount(FunnelStrip, { props: { funnel: null } }).findAll('.amount').map((e) => e.text())).toEqual(['—', '—', '—', '—'])
    const failed = mount(FunnelStrip, { props: { funnel: kFunnel, problem: { type: '', title: '', status: 500 } } })
    expect(failed.text()).not.toContain('账实相符')
    await failed.get('button').trigger('click')
    expect(failed.emitted('retry')).toHaveLength(1)
  })
})

describe('the command palette', () => {
  afterEach(() => vi.unstubAllGlobals())
  const page = { template: '<i />' }
  async function open() {
    const router = createRouter({
      history: createMemoryHistory(),
      routes: [{ path: '/', name: 'start', component: page }, { path: '/clues', name: 'clues', component: page }, { path: '/clues/:id', name: 'clue', component: page }],
    })
    useSession().enter(kMe)
    const wrapper = mount(CommandPalette, {
      props: { groups: navigationFor(['auditor'], (name) => router.hasRoute(name)), modelValue: true, 'onUpdate:modelValue': () => {} },
      global: { plugins: [router], stubs: { ElDialog: { template: '<div><slot name="header" /><slot /></div>' }, ElIcon: true } },
    })
    await flushPromises()
    return { wrapper, router }
  }
  it('jumps to a page by part of its name', async () => {
    vi.stubGlobal('fetch', async () => new Response('[]', { headers: { 'content-type': 'application/json' } }))
    const { wrapper, router } = await open()
    await wrapper.get('input').setValue('线')
    await wrapper.get('input').trigger('keydown', { key: 'Enter' })
    await flushPromises()
    expect(router.currentRoute.value.name).toBe('clues')
    wrapper.unmount()
  })
  it('asks the server once for what was typed, and shows titles as text', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const fetched = vi.fn(async () => new Response(JSON.stringify([{ kind: 'clue', id: 'c9', title: '<b>XS-9</b>' }, { kind: 'rule', id: 'r', title: 'no page' }]), { headers: { 'content-type': 'application/json' } }))
    vi.stubGlobal('fetch', fetched)
    const { wrapper } = await open()
    for (const text of ['X', 'XS', 'XS-9']) await wrapper.get('input').setValue(text)
    await vi.advanceTimersByTimeAsync(500)
    vi.useRealTimers()
    await flushPromises()
    expect(fetched).toHaveBeenCalledOnce()
    expect(wrapper.findAll('li')).toHaveLength(1)
    expect(wrapper.find('li b').exists()).toBe(false)
  })
})
