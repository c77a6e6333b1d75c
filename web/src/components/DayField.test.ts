import { mount } from '@vue/test-utils'
import { ElDatePicker } from 'element-plus'
import { describe, expect, it } from 'vitest'
import DayField from './DayField.vue'

const picker = (props: object) => mount(DayField, { props }).findComponent(ElDatePicker)
const may = (props: object, date: Date) => !(picker(props).props('disabledDate') as (date: Date) => boolean)(date)

describe('a day', () => {
  it('is written the same in every language and on every machine', () => {
    const field = mount(DayField, { props: { modelValue: '2026-03-05', label: 'from' } })
    expect(field.find('input').element.value).toBe('2026-03-05')
    expect(field.find('input').attributes('aria-label')).toBe('from')
    expect(field.find('input').attributes('type')).not.toBe('date')
  })
  it('is told as text, and as the empty text when it is cleared', () => {
    const field = mount(DayField, { props: { modelValue: '2026-03-05' } })
    field.findComponent(ElDatePicker).vm.$emit('update:modelValue', '2026-03-06')
    field.findComponent(ElDatePicker).vm.$emit('update:modelValue', null)
    expect(field.emitted('update:modelValue')).toEqual([['2026-03-06'], ['']])
  })
  it('keeps within its bounds, both included', () => {
    const bounds = { min: '2026-03-05', max: '2026-03-31' }
    expect(may(bounds, new Date(2026, 2, 4))).toBe(false)
    expect(may(bounds, new Date(2026, 2, 5))).toBe(true)
    expect(may(bounds, new Date(2026, 2, 31))).toBe(true)
    expect(may(bounds, new Date(2026, 3, 1))).toBe(false)
    expect(may({}, new Date(1900, 0, 1))).toBe(true)
    // A field not filled in yet is no bound.
    expect(may({ min: '', max: '' }, new Date(2026, 2, 4))).toBe(true)
  })
  it('may be a month', () => {
    const field = mount(DayField, { props: { modelValue: '2026-03', month: true } })
    expect(field.find('input').element.value).toBe('2026-03')
    expect(may({ month: true, max: '2026-03' }, new Date(2026, 2, 1))).toBe(true)
    expect(may({ month: true, max: '2026-03' }, new Date(2026, 3, 1))).toBe(false)
  })
  it('that is none shows nothing, whatever stands in the address', () => {
    for (const modelValue of ['', 'soon', '2026-13-45', '<b>']) expect(() => mount(DayField, { props: { modelValue } })).not.toThrow()
    expect(mount(DayField, { props: { modelValue: '' } }).find('input').element.value).toBe('')
  })
})
