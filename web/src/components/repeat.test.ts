import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, type Ref } from 'vue'
import { useRepeat } from './repeat'

let paused: Ref<boolean>
const open = (work: () => Promise<void>) =>
  mount(defineComponent({ setup: () => void ({ paused } = useRepeat(work, 1000)), template: '<i />' }))

describe('what is asked again and again', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  it('waits for the answer before it asks again', async () => {
    let answer = () => {}
    const work = vi.fn(() => new Promise<void>((done) => (answer = done)))
    const wrapper = open(work)
    await vi.advanceTimersByTimeAsync(5000)
    expect(work).toHaveBeenCalledTimes(1)
    answer()
    await vi.advanceTimersByTimeAsync(1000)
    expect(work).toHaveBeenCalledTimes(2)
    wrapper.unmount()
  })
  it('rests while it is paused and when the page is left, and goes on after a failure', async () => {
    const work = vi.fn(async () => Promise.reject(new Error('offline')))
    const wrapper = open(work)
    await vi.advanceTimersByTimeAsync(2500)
    expect(work).toHaveBeenCalledTimes(2)
    paused.value = true
    await vi.advanceTimersByTimeAsync(5000)
    expect(work).toHaveBeenCalledTimes(2)
    paused.value = false
    await vi.advanceTimersByTimeAsync(1)
    expect(work).toHaveBeenCalledTimes(3)
    wrapper.unmount()
    await vi.advanceTimersByTimeAsync(5000)
    expect(work).toHaveBeenCalledTimes(3)
  })
})
