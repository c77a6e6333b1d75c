// Addresses. Each folder of pages/ brings its own routes.ts; a page's code is fetched when somebody goes there.
//
// meta.title    key of the page's name (breadcrumb, title of the window)
// meta.parent   name of the route above it in the breadcrumb
// meta.roles    who may see it; absent: everybody who is signed in
// meta.open     true: also without a session
// meta.bare     true: without bars and menu
import { watch } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw, type Router } from 'vue-router'
import { useSession, type Role } from '@/stores/session'
import { i18n, t } from '@/i18n'
import { kNavigation } from './navigation'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    parent?: string
    roles?: readonly Role[]
    open?: boolean
    bare?: boolean
  }
}

const pages = import.meta.glob<{ routes: RouteRecordRaw[] }>('../pages/*/routes.ts', { eager: true })

export async function makeRouter(): Promise<Router> {
  const routes = Object.values(pages).flatMap((page) => page.routes)
  if (import.meta.env.VITE_GALLERY) {
    ;(await import('../gallery/open')).openGallery()
    routes.push(...(await import('../gallery/routes')).galleryRoutes)
  }
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      ...routes,
      { path: '/', name: 'start', component: () => import('./StartPage.vue'), meta: { title: 'nav.home' } },
      { path: '/forbidden', name: 'forbidden', component: () => import('./ForbiddenPage.vue'), meta: { title: 'state.forbidden' } },
      { path: '/:path(.*)*', name: 'missing', component: () => import('./MissingPage.vue'), meta: { title: 'state.missing' } },
    ],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })

  router.beforeEach(async (to) => {
    if (import.meta.env.VITE_GALLERY || to.meta.open) return true
    const session = useSession()
    await session.recall()
    if (!session.me && router.hasRoute('sign_in')) return { name: 'sign_in', query: { back: to.fullPath } }
    if (session.me?.must_change_password && router.hasRoute('sign_in')) return { name: 'sign_in', query: { back: to.fullPath } }
    if (to.meta.roles && !session.hasRole(...to.meta.roles)) return { name: 'forbidden', query: { from: to.fullPath } }
    if (to.name === 'start') {
      const first = kNavigation.flatMap((g) => g.entries).find((e) => router.hasRoute(e.route) && session.hasRole(...e.roles))
      if (first) return { name: first.route, replace: true }
    }
    return true
  })
  const name = () => {
    const { title } = router.currentRoute.value.meta
    document.title = title ? `${t(title)} · ${t('app.name')}` : t('app.name')
  }
  router.afterEach(name)
  watch(i18n.global.locale, name)
  return router
}
