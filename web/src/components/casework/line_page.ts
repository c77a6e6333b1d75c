// A page of a long list that is already here: an opinion may hold a hundred thousand lines, a screen shows fifty.
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'

export const kLinesShown = 50

export interface LinePage<T> {
  page: Ref<number>
  shown: ComputedRef<readonly T[]>
  pages: ComputedRef<number>
}

export function useLinePage<T>(all: () => readonly T[], size = kLinesShown): LinePage<T> {
  const page = ref(1)
  const pages = computed(() => Math.max(1, Math.ceil(all().length / size)))
  watch(pages, (most) => (page.value = Math.min(page.value, most)))
  return { page, pages, shown: computed(() => all().slice((page.value - 1) * size, page.value * size)) }
}
