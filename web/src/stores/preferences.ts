// What one reader likes on this machine: kept in the browser, never on the server, holds no data of persons.
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { kLocales, setLocale, type Locale } from '@/i18n'

export type Theme = 'light' | 'dark' | 'system'
const kKey = 'yijian.preferences'

interface Stored {
  theme: Theme
  locale: Locale
  menuNarrow: boolean
  columns: Record<string, string[]>
}

function readStored(): Stored {
  const stored: Stored = { theme: 'system', locale: 'zh-CN', menuNarrow: false, columns: {} }
  try {
    const kept = JSON.parse(localStorage.getItem(kKey) ?? '{}') as Partial<Stored>
    if (kept.theme && ['light', 'dark', 'system'].includes(kept.theme)) stored.theme = kept.theme
    if (kept.locale && kLocales.includes(kept.locale)) stored.locale = kept.locale
    if (typeof kept.menuNarrow === 'boolean') stored.menuNarrow = kept.menuNarrow
    if (kept.columns && typeof kept.columns === 'object') stored.columns = kept.columns
  } catch {
    // A spoilt or forbidden store costs the preferences, not the page.
  }
  return stored
}

export const usePreferences = defineStore('preferences', () => {
  const stored = readStored()
  const theme = ref(stored.theme)
  const locale = ref(stored.locale)
  const menuNarrow = ref(stored.menuNarrow)
  const columns = ref(stored.columns)
  const dark = ref(false)

  const system = window.matchMedia('(prefers-color-scheme: dark)')
  function applyTheme() {
    dark.value = theme.value === 'dark' || (theme.value === 'system' && system.matches)
    document.documentElement.classList.toggle('dark', dark.value)
  }
  system.addEventListener('change', applyTheme)
  watch(theme, applyTheme, { immediate: true })

  watch(
    [theme, locale, menuNarrow, columns],
    () => {
      const kept: Stored = { theme: theme.value, locale: locale.value, menuNarrow: menuNarrow.value, columns: columns.value }
      try {
        localStorage.setItem(kKey, JSON.stringify(kept))
      } catch {
        // As above.
      }
    },
    { deep: true },
  )

  async function useLocale(next: Locale) {
    await setLocale(next)
    locale.value = next
  }

  return { theme, locale, menuNarrow, columns, dark, useLocale }
})
