import { mount } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { i18n, setLocale } from '@/i18n'
import StateError from './StateError.vue'
import { problemKind, type ProblemKind } from './problem_kind'

const problem = (status: number, more = {}) => ({ type: 'about:blank', title: 'x', status, ...more })

describe('a problem', () => {
  it('has an explanation of its own for each kind, in both languages', async () => {
    const kinds: [number, ProblemKind][] = [
      [0, 'offline'], [401, 'signed_out'], [403, 'forbidden'], [404, 'missing'], [409, 'conflict'], [422, 'rejected'], [400, 'rejected'],
      [429, 'too_many'], [500, 'server'], [503, 'server'],
    ]
    for (const [status, kind] of kinds) expect(problemKind(problem(status))).toBe(kind)
    expect(problemKind(problem(-1, { code: 'program' }))).toBe('program')
    for (const locale of ['zh-CN', 'en'] as const) {
      await setLocale(locale)
      for (const [, kind] of kinds) expect(i18n.global.te(`problem.${kind}.hint`)).toBe(true)
    }
  })
  it('names every field, what was expected and what was given, as text', () => {
    const wrapper = mount(StateError, {
      props: { problem: problem(422, { errors: [{ field: '/until', expected: 'date', value: '<i>' }, { field: '/reason', expected: '2..500' }] }) },
    })
    expect(wrapper.findAll('li')).toHaveLength(2)
    expect(wrapper.text()).toContain('/until')
    expect(wrapper.text()).toContain('"<i>"')
    expect(wrapper.find('i').exists() && wrapper.find('li i').exists()).toBe(false)
  })
  it('offers to try again only what may succeed unchanged', async () => {
    const retry = vi.fn()
    const failed = mount(StateError, { props: { problem: problem(500), retry } })
    await failed.get('button').trigger('click')
    expect(retry).toHaveBeenCalledOnce()
    expect(mount(StateError, { props: { problem: problem(403), retry } }).find('button').exists()).toBe(false)
  })
})
