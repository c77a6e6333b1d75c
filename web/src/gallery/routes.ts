// Only in builds with VITE_GALLERY: every component with synthetic content, and the whole menu standing for its pages.
import type { RouteRecordRaw } from 'vue-router'
import { kNavigation } from '@/app/navigation'

const page = () => import('./GalleryPage.vue')

export const galleryRoutes: RouteRecordRaw[] = [
  { path: '/gallery/:part?', name: 'gallery', component: page, meta: { title: 'gallery.title', parent: 'clues' } },
  { path: '/clue/:id', name: 'clue', component: page, meta: { title: 'palette_kind.clue', parent: 'clues' } },
  { path: '/institution/:id', name: 'institution', component: page, meta: { title: 'palette_kind.institution', parent: 'institutions' } },
  ...kNavigation
    .flatMap((group) => group.entries)
    .map((entry): RouteRecordRaw => ({ path: `/${entry.route}`, name: entry.route, component: page, meta: { title: `nav.${entry.route}` } })),
]
