// Both languages say the same things; what components ask for exists; no words stand in templates or scripts.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import en from './en'
import zh from './zh-CN'

type Tree = { [key: string]: string | Tree }

function flatten(tree: Tree, before = ''): Map<string, string> {
  const flat = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') flat.set(before + key, value)
    else for (const [inner, text] of flatten(value, `${before}${key}.`)) flat.set(inner, text)
  }
  return flat
}
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesUnder(path) : [path]
  })
}
const source = resolve(__dirname, '..')
// Synthetic content speaks Chinese as data do; tests and generated code speak to nobody.
const exempt = /(fixture\w*|\.test|\.gen|\.d)\.ts$|\/i18n\/|test_setup/
const files = filesUnder(source).filter((path) => /\.(vue|ts)$/.test(path) && !exempt.test(path))
const cjk = /[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]/

export function bareWords(text: string): string[] {
  const code = text.replace(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
  return code.split('\n').filter((line) => cjk.test(line))
}

const zhFlat = flatten(zh as Tree)
const enFlat = flatten(en as Tree)

describe('messages', () => {
  it('are there in both languages', () => {
    expect([...zhFlat.keys()].filter((key) => !enFlat.has(key))).toEqual([])
    expect([...enFlat.keys()].filter((key) => !zhFlat.has(key))).toEqual([])
    expect(zhFlat.size).toBeGreaterThan(100)
  })
  it('are not empty, and take the same values in both', () => {
    for (const [key, text] of zhFlat) {
      expect(text.trim(), key).not.toBe('')
      expect(enFlat.get(key)!.trim(), key).not.toBe('')
      expect(placeholders(enFlat.get(key)!), key).toEqual(placeholders(text))
    }
  })
  it('exist when a component names them', () => {
    const missing = files.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/\$?\bt\(\s*['"]([\w.]+)['"]/g)].map((m) => m[1]!).filter((key) => !zhFlat.has(key)),
    )
    expect(missing).toEqual([])
  })
  it('exist for every family of keys a component composes', () => {
    const families = new Set(files.flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/\bt\(`([\w.]+)\.\$\{/g)].map((m) => m[1]!)))
    expect([...families].filter((family) => ![...zhFlat.keys()].some((key) => key.startsWith(`${family}.`)))).toEqual([])
  })
})

describe('source', () => {
  it('holds no bare Chinese text', () => {
    // The units of money are part of the way a language writes numbers.
    const allowed = [/unit: '[亿万]'/, /1\.00亿/]
    const bare = files.flatMap((path) =>
      bareWords(readFileSync(path, 'utf8')).filter((line) => !allowed.some((a) => a.test(line))).map((line) => `${path}: ${line.trim()}`),
    )
    expect(bare).toEqual([])
  })
  it('is looked at: the check sees words and skips comments', () => {
    expect(bareWords('<p>线索</p>')).toHaveLength(1)
    expect(bareWords('<!-- 线索 -->\n// 线索\n/* 线索 */')).toEqual([])
  })
})
