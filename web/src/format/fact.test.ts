import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { i18n, setLocale } from '@/i18n'
import { factName, factText, type Wording } from './fact'

const words = i18n.global as unknown as Wording
const text = (name: string, value: string, facts: Record<string, string> = {}) => factText(name, value, { ...facts, [name]: value }, words)

function rulesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? rulesUnder(path) : path.endsWith('.yaml') ? [path] : []
  })
}
// The names below `facts:`, each on a line of its own or all within braces.
function factsOf(yaml: string): string[] {
  const inline = /^facts:\s*\{(.*)\}\s*$/m.exec(yaml)?.[1] ?? ''
  const block = /^facts:\s*\n((?:[ \t]+.*\n?)*)/m.exec(yaml)?.[1] ?? ''
  return [...inline.matchAll(/(?:^|,)\s*(\w+):/g), ...block.matchAll(/^ {2}(\w+):/gm)].map((m) => m[1]!)
}

describe('facts', () => {
  it('of every rule have a name in both languages', async () => {
    const names = new Set(rulesUnder(resolve(__dirname, '../../../rules/packs')).flatMap((path) => factsOf(readFileSync(path, 'utf8'))))
    expect(names.size).toBeGreaterThan(50)
    for (const locale of ['zh-CN', 'en'] as const) {
      await setLocale(locale)
      expect([...names].filter((name) => !words.te(`fact.${name}`)), locale).toEqual([])
    }
  })
  it('are read from both ways of writing them', () => {
    expect(factsOf('a: 1\nfacts: {age: age(person.birth, line.time), limit: k.limit}\n')).toEqual(['age', 'limit'])
    expect(factsOf('facts:\n  times: count()\n  limit: 3\nmessage:\n  zh: x\n')).toEqual(['times', 'limit'])
  })
  it('nobody named are shown as they are', () => {
    expect(factName('diagnosis', words)).toBe('诊断')
    expect(factName('of_a_new_rule', words)).toBe('of_a_new_rule')
    expect(text('of_a_new_rule', '12.50')).toBe('12.50')
  })
  it('that are money, lengths or codes are written for people', () => {
    expect(text('cost', '60000.00')).toBe('¥60,000.00')
    expect(text('gap', '5.00')).toBe('¥5.00')
    expect(text('gap', '15')).toBe('15')
    expect(text('hours', '12.75')).toBe('12.75')
    expect(text('inside', '218h')).toBe('218 小时')
    expect(text('after', '2d')).toBe('2 天')
    expect(text('sex', '2')).toBe('女')
    expect(text('limit', '2', { sex: '1' })).toBe('女')
    expect(text('limit', '2')).toBe('2')
    expect(text('scheme', '310')).toBe('职工医保')
    expect(text('level', '05')).toBe('二级甲等')
    expect(text('rank', '3')).toBe('三级')
    expect(text('type', '21')).toBe('普通住院')
    expect(text('type', '1301')).toBe('急诊抢救')
    expect(text('level', '77')).toBe('77')
    expect(text('begin', '2026-12-04')).toBe('2026-12-04')
  })
  it('say that something is unknown in the reader\'s language', async () => {
    expect(text('paused', '未知(person.paused)')).toBe('未知')
    await setLocale('en')
    expect(text('paused', '未知(person.paused)')).toBe('unknown')
    expect(text('covered', '否')).toBe('no')
  })
  it('that are codes bear the names of the national dictionaries, and every code has one', async () => {
    const csv = (name: string) => readFileSync(resolve(__dirname, `../../../rules/dictionaries/${name}.csv`), 'utf8').trim().split('\n').slice(1)
    const codes = (name: string) => csv(name).map((line) => line.split(',', 2) as [string, string])
    await setLocale('zh-CN')
    for (const [code, name] of codes('hosp_lv')) expect(text('level', code)).toBe(name)
    for (const [code, name] of [...codes('med_type'), ...codes('med_type_regional')]) expect(text('type', code)).toBe(name)
    for (const [code] of codes('insutype')) expect(words.te(`insutype.${code}`), code).toBe(true)
  })
  it('survive hostile text', () => {
    for (const value of ['', '<img src=x>', '1e999.00', '9'.repeat(40) + '.00', 'constructor', '__proto__']) expect(typeof text('cost', value)).toBe('string')
    expect(text('cost', '9'.repeat(40) + '.00')).toBe('9'.repeat(40) + '.00')
    expect(text('sex', 'constructor')).toBe('constructor')
  })
})
