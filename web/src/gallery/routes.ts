// Only in builds with VITE_GALLERY: every component with synthetic content, and the whole menu standing for its pages.
import type { RouteRecordRaw } from 'vue-router'
import { kNavigation } from '@/app/navigation'

const page = () => import('./GalleryPage.vue')

export const galleryRoutes: RouteRecordRaw[] = [
  { path: '/gallery/:part?', name: 'gallery', component: page, meta: { title: 'gallery.title', parent: 'clues' } },
  ...kNavigation
    .flatMap((group) => group.entries)
    .map((entry): RouteRecordRaw => ({ path: `/${entry.route}`, name: entry.route, component: page, meta: { title: `nav.${entry.route}` } })),
]
