import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

// True on a phone, where the menu gives way to a bottom bar.
export function useNarrow(query = '(max-width: 767px)'): Ref<boolean> {
  const media = window.matchMedia(query)
  const narrow = ref(media.matches)
  const follow = () => (narrow.value = media.matches)
  onMounted(() => media.addEventListener('change', follow))
  onBeforeUnmount(() => media.removeEventListener('change', follow))
  return narrow
}
