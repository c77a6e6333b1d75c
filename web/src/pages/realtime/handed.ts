// A draft on its way from a kept request to the try page: in memory and once, so that no person's data stay in the browser.
import type { Json } from './draft'

export interface Handed {
  tree: Json
  moment: 'pre' | 'mid'
  institution: string
  masked: boolean
}
let waiting: Handed | null = null

export function handOver(draft: Handed): void {
  waiting = draft
}
export function takeHanded(): Handed | null {
  const taken = waiting
  waiting = null
  return taken
}
