// The tokens of app/tokens.css for what is drawn rather than styled.
import { computed, type ComputedRef } from 'vue'
import { usePreferences } from '@/stores/preferences'

const kNames = [
  'surface', 'surface-raised', 'surface-sunk', 'hover', 'selected', 'ink', 'ink-soft', 'ink-faint', 'line', 'line-strong', 'accent',
  'accent-soft', 'violation', 'violation-soft', 'suspect', 'suspect-soft', 'good', 'unknown', 'font',
  'series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6', 'series-7', 'series-8',
] as const
export type TokenName = (typeof kNames)[number]
export type Tokens = Readonly<Record<TokenName, string>>

export function readTokens(): Tokens {
  const style = getComputedStyle(document.documentElement)
  return Object.fromEntries(kNames.map((name) => [name, style.getPropertyValue(`--yj-${name}`).trim() || '#888'])) as Tokens
}

// Follows the switch between light and dark.
export function useTokens(): ComputedRef<Tokens> {
  const preferences = usePreferences()
  return computed(() => (preferences.dark, readTokens()))
}
