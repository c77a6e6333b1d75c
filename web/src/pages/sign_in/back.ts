// Where to go after signing in: only a path of our own, whatever a link said.
export function safeBack(value: unknown): string {
  const path = Array.isArray(value) ? value[0] : value
  if (typeof path !== 'string' || !/^\/(?![/\\])/.test(path) || path.startsWith('/sign-in') || path.includes('\\')) return '/'
  return path
}
