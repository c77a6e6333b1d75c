// Keys of the workbench. Whoever mounts a component with keys registers them here; the help lists exactly what works now.
//
//   useShortcuts('table', [{ keys: 'j', label: 'shortcut.next_row', run: next }])
//
// keys: one key ('j', '?', 'Enter'), with 'ctrl+' or 'shift+' before it, or two after each other ('g c'). Keys without ctrl
// are not taken from somebody who types, nor while a dialog is open.
import { onBeforeUnmount, onMounted, shallowReactive } from 'vue'

export interface Shortcut {
  keys: string
  label: string
  run: (event: KeyboardEvent) => void
}
interface Registered extends Shortcut {
  group: string
}

export const registered = shallowReactive<Set<Registered>>(new Set())

function nameOf(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'Space' : event.key
  const ctrl = event.ctrlKey || event.metaKey ? 'ctrl+' : ''
  const shift = event.shiftKey && key.length > 1 ? 'shift+' : ''
  return ctrl + shift + (ctrl ? key.toLowerCase() : key)
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) &&
    !(target instanceof HTMLInputElement && ['checkbox', 'radio', 'button'].includes(target.type))
  )
}

// Enter and Space belong to the button or link that has the focus.
function pressing(event: KeyboardEvent): boolean {
  return (
    ['Enter', ' '].includes(event.key) && event.target instanceof HTMLElement && event.target.closest('button, a[href], summary') !== null
  )
}

function dialogOpen(): boolean {
  return [...document.querySelectorAll('[role="dialog"][aria-modal="true"]')].some((e) => e.getClientRects().length > 0)
}

const kSequenceMs = 1200
let first = ''
let firstAt = 0

export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || ['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return
  const name = nameOf(event)
  const bare = !name.startsWith('ctrl+')
  if (event.altKey || (bare && (typing(event.target) || pressing(event) || dialogOpen()))) return

  // The latest mounted wins, so that a page may take a key from the shell.
  const all = [...registered].reverse()
  const sequence = first && event.timeStamp - firstAt < kSequenceMs ? `${first} ${name}` : ''
  const hit = (sequence && all.find((s) => s.keys === sequence)) || all.find((s) => s.keys === name)
  first = ''
  if (hit) {
    event.preventDefault()
    hit.run(event)
  } else if (all.some((s) => s.keys.startsWith(`${name} `))) {
    first = name
    firstAt = event.timeStamp
  }
}

export function useShortcuts(group: string, shortcuts: readonly Shortcut[]): void {
  const mine = shortcuts.map((s) => ({ ...s, group }))
  onMounted(() => mine.forEach((s) => registered.add(s)))
  onBeforeUnmount(() => mine.forEach((s) => registered.delete(s)))
}
