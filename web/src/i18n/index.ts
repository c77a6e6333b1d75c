// The words of the workbench. Chinese comes first; English is fetched when somebody asks for it. vue-i18n interprets
// messages without eval, as the page's content policy demands.
import { createI18n } from 'vue-i18n'

export type Locale = 'zh-CN' | 'en'
export const kLocales: readonly Locale[] = ['zh-CN', 'en']

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: false,
  missingWarn: import.meta.env.DEV,
  messages: { 'zh-CN': {}, en: {} },
})

const loaders: Record<Locale, () => Promise<{ default: Record<string, object> }>> = {
  'zh-CN': () => import('./zh-CN'),
  en: () => import('./en'),
}
const loaded = new Set<Locale>()

export async function setLocale(locale: Locale): Promise<void> {
  if (!loaded.has(locale)) {
    i18n.global.mergeLocaleMessage(locale, (await loaders[locale]()).default)
    loaded.add(locale)
  }
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
}

// For code outside components; the key must exist.
export function t(key: string, values: Record<string, unknown> = {}): string {
  return i18n.global.t(key, values)
}
