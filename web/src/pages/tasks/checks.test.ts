import { describe, expect, it } from 'vitest'
import { answered, findPlace, missingItems, reportBody, startItems, type Item } from './checks'

const item = (code: string, kind: Item['kind'], required = true): Item => ({ code, zh: code, en: code, kind, required })
const items = [item('a', 'yes_no'), item('b', 'photo'), item('n', 'number', false), item('t', 'text', false)]

describe('a check list', () => {
  it('names what is missing', () => {
    const given = startItems(items)
    expect(missingItems(items, given).map((i) => i.code)).toEqual(['a', 'b'])
    given['a']!.answer = 'yes'
    given['b']!.answer = 'a photo is a file, not a word'
    given['n']!.answer = 'about five'
    expect(missingItems(items, given).map((i) => i.code)).toEqual(['b', 'n'])
    given['b']!.evidence = ['e1']
    given['n']!.answer = '5.5'
    expect(missingItems(items, given)).toEqual([])
  })
  it('takes no number that is none', () => {
    for (const text of ['-1', '1e5', '1,5', '5 ', '']) expect(answered(items[2]!, { answer: text, note: '', evidence: [] }), text).toBe(text === '5 ')
  })
  it('sends every item, empty ones as null', () => {
    const body = reportBody(3, items, startItems(items), '', ' ')
    expect(body).toMatchObject({ version: 3, conclusion: null, summary: null })
    expect(body.items).toHaveLength(4)
    expect(body.items[0]).toEqual({ code: 'a', answer: null, note: null, evidence: [] })
  })
})
describe('a place', () => {
  it('is never needed', async () => {
    expect(await findPlace(undefined)).toBeNull()
    const refuses = { getCurrentPosition: (_ok: unknown, no: () => void) => no() } as unknown as Geolocation
    expect(await findPlace(refuses)).toBeNull()
    const finds = { getCurrentPosition: (ok: PositionCallback) => ok({ coords: { latitude: 1, longitude: 2 } } as GeolocationPosition) } as unknown as Geolocation
    expect(await findPlace(finds)).toEqual({ lat: 1, lon: 2 })
  })
})
