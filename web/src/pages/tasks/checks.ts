// A check list as it is filled in: what is missing before it may be handed in, and what is sent.
import type { Schemas } from '@/api/client'

export type Item = Schemas['CheckItem']
export interface ItemAnswer {
  answer: string
  note: string
  evidence: string[]
}
export type ItemAnswers = Record<string, ItemAnswer>
export const kConclusions = ['true_care', 'false_care', 'partly', 'unclear'] as const
export type Conclusion = (typeof kConclusions)[number]

export const startItems = (items: readonly Item[]): ItemAnswers =>
  Object.fromEntries(items.map((item) => [item.code, { answer: item.answer ?? '', note: item.note ?? '', evidence: [...(item.evidence ?? [])] }]))

export function answered(item: Item, given: ItemAnswer | undefined): boolean {
  if (!given) return false
  if (item.kind === 'photo') return given.evidence.length > 0
  if (item.kind === 'number') return /^\d{1,12}(\.\d{1,4})?$/.test(given.answer.trim())
  return given.answer.trim() !== ''
}
// The required items without an answer, and numbers that are none.
export function missingItems(items: readonly Item[], given: Readonly<ItemAnswers>): Item[] {
  return items.filter((item) => {
    if (answered(item, given[item.code])) return false
    return item.required || (item.kind === 'number' && Boolean(given[item.code]?.answer.trim()))
  })
}
export function reportBody(version: number, items: readonly Item[], given: Readonly<ItemAnswers>, conclusion: Conclusion | '', summary: string): Schemas['TaskReport'] {
  return {
    version, conclusion: conclusion || null, summary: summary.trim() || null,
    items: items.map((item) => {
      const one = given[item.code]
      return { code: item.code, answer: one?.answer.trim() || null, note: one?.note.trim() || null, evidence: one?.evidence ?? [] }
    }),
  }
}

// Where a photo was taken, if the reader lets us know and the machine finds out in time. Never a condition.
export interface Place {
  lat: number
  lon: number
}
export function findPlace(geolocation: Geolocation | undefined, timeoutMs = 8000): Promise<Place | null> {
  return new Promise((resolve) => {
    if (!geolocation) return resolve(null)
    geolocation.getCurrentPosition(
      (found) => resolve({ lat: found.coords.latitude, lon: found.coords.longitude }),
      () => resolve(null),
      { enableHighAccuracy: true, timeout: timeoutMs, maximumAge: 60_000 },
    )
  })
}
