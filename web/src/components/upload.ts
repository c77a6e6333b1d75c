// Sends one file as evidence and tells how far it is: fetch cannot, so this is the one XMLHttpRequest of the workbench.
import { csrfToken, type Schemas } from '@/api/client'
import { offlineProblem, ProblemError, problemOf } from '@/api/problem'
import type { operations } from '@/api/schema.gen'

export type EvidenceQuery = operations['addEvidence']['parameters']['query']

export function uploadEvidence(file: Blob, query: EvidenceQuery, progress?: (share: number) => void): Promise<Schemas['Evidence']> {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== null) params.set(name, String(value))
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', `/api/evidence?${params}`)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('Accept-Language', document.documentElement.lang)
    request.setRequestHeader('X-CSRF-Token', csrfToken())
    request.upload.onprogress = (event) => event.lengthComputable && progress?.(event.loaded / event.total)
    request.onerror = () => reject(new ProblemError(offlineProblem(new Error('upload'))))
    request.onload = () => {
      let body: unknown
      try {
        body = JSON.parse(request.responseText)
      } catch {
        body = undefined
      }
      if (request.status === 201 || request.status === 200) resolve(body as Schemas['Evidence'])
      else reject(new ProblemError(problemOf(body, request.status, request.statusText)))
    }
    request.send(file)
  })
}
