import { describe, expect, it } from 'vitest'
import { safeBack } from './back'

describe('where a signed-in person goes', () => {
  it('is the page he came from', () => {
    expect(safeBack('/clues?status=new&page=2')).toBe('/clues?status=new&page=2')
    expect(safeBack(['/clue/c1', '/x'])).toBe('/clue/c1')
  })
  it('is never another site, and never the sign-in page itself', () => {
    for (const bad of ['//evil.example', 'https://evil.example', '/\\evil.example', '/a\\b', 'javascript:alert(1)', '/sign-in?back=/', '', undefined, null, 7]) {
      expect(safeBack(bad)).toBe('/')
    }
  })
})
