// Each file of a language is one top key: table.json holds table.*.
export function gather(files: Record<string, { default: object }>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(files).map(([path, file]) => [path.replace(/^.*\/(.*)\.json$/, '$1'), file.default]),
  )
}
