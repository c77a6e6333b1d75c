import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import './app/tokens.css'
import './app/element.css'
import './app/base.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './app/App.vue'
import { makeRouter } from './app/router'
import { whenSignedOut } from './api/client'
import { i18n, setLocale } from './i18n'
import { usePreferences } from './stores/preferences'
import { useSession } from './stores/session'

async function start() {
  const app = createApp(App)
  app.use(createPinia())
  await setLocale(usePreferences().locale)
  const router = await makeRouter()
  whenSignedOut(() => {
    useSession().leave()
    if (router.currentRoute.value.name !== 'sign_in' && router.hasRoute('sign_in')) {
      void router.push({ name: 'sign_in', query: { back: router.currentRoute.value.fullPath } })
    }
  })
  app.use(i18n).use(router)
  await router.isReady()
  app.mount('#app')
}

void start()
