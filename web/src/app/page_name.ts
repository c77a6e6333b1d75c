import { onBeforeUnmount, ref, watchEffect } from 'vue'

export const pageName = ref('')

// For pages of one thing: its own name in the breadcrumb and the window's title, for as long as the page is there.
export function setPageName(name: () => string | undefined): void {
  watchEffect(() => (pageName.value = name() ?? ''))
  onBeforeUnmount(() => (pageName.value = ''))
}
