import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { handleKey, registered, useShortcuts } from './shortcuts'

const ran = vi.fn()
function page(keys: string[]) {
  return mount(
    defineComponent({
      setup() {
        useShortcuts('table', keys.map((key) => ({ keys: key, label: key, run: () => ran(key) })))
        return () => h('div', [h('input'), h('button')])
      },
    }),
    { attachTo: document.body },
  )
}
function press(key: string, init: KeyboardEventInit = {}, target: Element = document.body) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init })
  Object.defineProperty(event, 'target', { value: target })
  handleKey(event)
  return event
}
afterEach(() => {
  ran.mockClear()
  document.body.innerHTML = ''
})

describe('shortcuts', () => {
  it('run while their page is there', () => {
    const wrapper = page(['j'])
    expect(press('j').defaultPrevented).toBe(true)
    expect(ran).toHaveBeenCalledExactlyOnceWith('j')
    wrapper.unmount()
    expect(press('j').defaultPrevented).toBe(false)
    expect(registered.size).toBe(0)
  })
  it('are not taken from somebody who types, unless with ctrl', () => {
    const wrapper = page(['j', 'ctrl+k'])
    const input = wrapper.get('input').element
    press('j', {}, input)
    expect(ran).not.toHaveBeenCalled()
    press('k', { ctrlKey: true }, input)
    expect(ran).toHaveBeenCalledWith('ctrl+k')
    wrapper.unmount()
  })
  it('leave Enter to the button that has the focus', () => {
    const wrapper = page(['Enter'])
    press('Enter', {}, wrapper.get('button').element)
    expect(ran).not.toHaveBeenCalled()
    press('Enter')
    expect(ran).toHaveBeenCalledOnce()
    wrapper.unmount()
  })
  it('take two keys after each other, and forget a first one that leads nowhere', () => {
    const wrapper = page(['g c', 'c'])
    press('g')
    press('c')
    expect(ran).toHaveBeenLastCalledWith('g c')
    press('g')
    press('x')
    press('c')
    expect(ran).toHaveBeenLastCalledWith('c')
    wrapper.unmount()
  })
  it('belong to the page that came last', () => {
    const under = page(['j'])
    const over = mount(defineComponent({ setup() { useShortcuts('x', [{ keys: 'j', label: 'over', run: () => ran('over') }]); return () => null } }))
    press('j')
    expect(ran).toHaveBeenLastCalledWith('over')
    over.unmount()
    under.unmount()
  })
})
