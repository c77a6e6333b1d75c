// What jsdom lacks and our components ask for.
import { config } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach } from 'vitest'
import { i18n, setLocale } from '@/i18n'

class StillObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
globalThis.ResizeObserver ??= StillObserver as unknown as typeof ResizeObserver
window.matchMedia ??= ((query: string) => ({
  matches: false,
  media: query,
  addEventListener() {},
  removeEventListener() {},
})) as unknown as typeof window.matchMedia
Element.prototype.scrollIntoView ??= () => {}
for (const [name, size] of [['clientWidth', 800], ['clientHeight', 400]] as const) {
  Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => size })
}
HTMLCanvasElement.prototype.getContext = () => null

beforeEach(async () => {
  localStorage.clear()
  const pinia = createPinia()
  setActivePinia(pinia)
  await setLocale('zh-CN')
  config.global.plugins = [pinia, i18n]
})
