// Where a page stands: its route and the routes above it, as meta.parent says.
import { computed, type ComputedRef } from 'vue'
import { useRouter, type RouteLocationNormalizedLoaded, type RouteRecordNormalized } from 'vue-router'

function recordsOf(name: string | undefined, all: RouteRecordNormalized[]): RouteRecordNormalized[] {
  const branch: RouteRecordNormalized[] = []
  for (let next = name; next; ) {
    const record = all.find((r) => r.name === next)
    if (!record || branch.includes(record)) break
    branch.unshift(record)
    next = record.meta.parent
  }
  return branch
}

export function useTrailOf(route: RouteLocationNormalizedLoaded): ComputedRef<RouteRecordNormalized[]> {
  const router = useRouter()
  return computed(() => recordsOf(route.name as string | undefined, router.getRoutes()))
}

export function useBranch(route: RouteLocationNormalizedLoaded): ComputedRef<string[]> {
  const trail = useTrailOf(route)
  return computed(() => trail.value.map((record) => String(record.name)))
}
