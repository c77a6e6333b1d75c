// Signs the synthetic person in and answers for the server, so that the frame stands as it will.
import { useSession } from '@/stores/session'
import { kAreas, kFunnel, kHits, kMe } from './fixture'

export function openGallery(): void {
  const answers: Record<string, unknown> = { '/api/funnel': kFunnel, '/api/search': kHits, '/api/session': kMe, '/api/areas': kAreas }
  const onward = window.fetch
  window.fetch = async (input, init) => {
    const path = new URL(input instanceof Request ? input.url : String(input), location.href).pathname
    if (!(path in answers)) return onward(input, init)
    return new Response(JSON.stringify(answers[path]), { headers: { 'content-type': 'application/json' } })
  }
  const session = useSession()
  session.enter(kMe)
  session.areas = kAreas
}
