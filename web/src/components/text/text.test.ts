import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { askReason } from '../feedback'
import MaskedText from './MaskedText.vue'

vi.mock('../feedback', async (original) => ({ ...(await original<object>()), askReason: vi.fn() }))
const asked = vi.mocked(askReason)
beforeEach(() => asked.mockReset())

describe('MaskedText', () => {
  it('has no button for who may not unmask', () => {
    expect(mount(MaskedText, { props: { masked: '王**' } }).find('button').exists()).toBe(false)
  })
  it('shows the full text after a reason, and hides it again by itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    asked.mockResolvedValue('核对住院记录')
    const reveal = vi.fn(async () => '王小示')
    const wrapper = mount(MaskedText, { props: { masked: '王**', reveal } })
    await wrapper.get('button').trigger('click')
    await vi.advanceTimersByTimeAsync(0)
    expect(reveal).toHaveBeenCalledWith('核对住院记录')
    expect(wrapper.text()).toBe('王小示')
    await vi.advanceTimersByTimeAsync(121_000)
    expect(wrapper.text()).toBe('王**')
    vi.useRealTimers()
  })
  it('asks nobody when no reason was given', async () => {
    asked.mockResolvedValue(null)
    const reveal = vi.fn(async () => 'x')
    const wrapper = mount(MaskedText, { props: { masked: '王**', reveal } })
    await wrapper.get('button').trigger('click')
    await flushPromises()
    expect(reveal).not.toHaveBeenCalled()
  })
  it('stays masked when the server refuses', async () => {
    asked.mockResolvedValue('核对住院记录')
    const wrapper = mount(MaskedText, { props: { masked: '王**', reveal: () => Promise.reject(new Error('403')) } })
    await wrapper.get('button').trigger('click')
    await flushPromises()
    expect(wrapper.text()).toBe('王**')
  })
})
