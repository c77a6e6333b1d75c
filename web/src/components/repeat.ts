// Asks again and again while a page is looked at: the next time only when the last answer has come, not at all while it is paused
// or the window is hidden, and at once when it is seen again.
import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'

export function useRepeat(work: () => Promise<void>, everyMs: number): { paused: Ref<boolean> } {
  const paused = ref(false)
  let timer = 0
  let running = false
  let gone = false

  function later() {
    window.clearTimeout(timer)
    if (!gone && !paused.value && !document.hidden) timer = window.setTimeout(now, everyMs)
  }
  async function now() {
    if (running || gone) return
    running = true
    await work().catch(() => {})
    running = false
    later()
  }
  function seen() {
    if (document.hidden) window.clearTimeout(timer)
    else if (!paused.value) void now()
  }
  watch(paused, (is) => (is ? window.clearTimeout(timer) : void now()))
  onMounted(() => {
    document.addEventListener('visibilitychange', seen)
    later()
  })
  onBeforeUnmount(() => {
    gone = true
    window.clearTimeout(timer)
    document.removeEventListener('visibilitychange', seen)
  })
  return { paused }
}
