// Pieces that several charts share, in our tokens.
import type { Tokens } from './theme'

// ECharts writes tooltips as HTML: names come from data and are never trusted.
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
}

export function tooltip(tokens: Tokens) {
  return {
    backgroundColor: tokens['surface-raised'],
    borderColor: tokens.line,
    textStyle: { color: tokens.ink, fontSize: 13, fontFamily: tokens.font },
    confine: true,
  }
}

export function valueAxis(tokens: Tokens, format: (value: number) => string) {
  return {
    type: 'value' as const,
    axisLabel: { color: tokens['ink-faint'], formatter: format },
    splitLine: { lineStyle: { color: tokens.line } },
    splitNumber: 4,
  }
}

export function nameAxis(tokens: Tokens, names: string[]) {
  return {
    type: 'category' as const,
    data: names,
    axisLabel: { color: tokens['ink-soft'] },
    axisLine: { lineStyle: { color: tokens['line-strong'] } },
    axisTick: { show: false },
  }
}

// Cuts a name to a width counted in Latin letters; a Chinese character takes two.
export function cut(text: string, most: number): string {
  let width = 0
  let end = 0
  for (const letter of text) {
    width += letter.charCodeAt(0) > 0x2e7f ? 2 : 1
    if (width > most) return `${text.slice(0, end)}…`
    end += letter.length
  }
  return text
}
