import { describe, expect, it } from 'vitest'
import zh from '@/i18n/zh-CN'
import { cardsFor, kCards } from './cards'

describe('the cards of the day', () => {
  it('are those the server counted, late things first', () => {
    const cards = cardsFor({ my_clues: 4, pool_clues: 0, overdue: 1, messages: 2 }, () => true)
    expect(cards.map((c) => c.count)).toEqual(['overdue', 'my_clues', 'pool_clues', 'messages'])
    expect(cards.find((c) => c.count === 'pool_clues')!.number).toBe(0)
  })
  it('lead only where the person may go', () => {
    expect(cardsFor({ my_clues: 4, my_opinions: 1 }, (route) => route === 'opinions').map((c) => c.route)).toEqual(['opinions'])
  })
  it('ignore a count nobody here knows', () => {
    expect(cardsFor({ something_new: 3 }, () => true)).toEqual([])
  })
  it('have their words', () => {
    const words = (zh as Record<string, Record<string, string>>)['home_count']!
    for (const card of kCards) expect(words[card.count], card.count).toBeTruthy()
  })
})
