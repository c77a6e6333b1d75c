// 200 auditors at once against a running server: mixed reads and verdicts, as people do them.
//
//   node tests/load/load.mjs --url http://127.0.0.1:8080 --users users.json --clients 200 --seconds 30 [--think 1000]
//
// users.json: [{"login": ..., "password": ...}, ...]; clients share them in turn. Each client signs in once, then loops: look at the
// queue (filtered, sorted, some page), open a clue with its suspects, decide lines of it, sometimes take the next one. It reads
// everything it gets; an answer that is neither expected nor a lost race (409) counts as an error.
//
// Prints a table of latencies by kind and, as the last line, JSON for the benchmark's report. Exit code 1 on any error: never on a time.
import http from 'node:http'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    users: { type: 'string' },
    clients: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '30' },
    think: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
})
const base = new URL(options.url)
const users = JSON.parse(readFileSync(options.users, 'utf8'))
const clientCount = Number(options.clients)
const thinkMs = Number(options.think)

// The same seed makes the same choices, whatever the server answers.
function randomFrom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const latencies = new Map() // kind -> milliseconds
const lostRaces = { count: 0 }
const errors = []
let verdicts = 0
let measuring = false

function note(kind, ms) {
  if (!measuring) return
  if (!latencies.has(kind)) latencies.set(kind, [])
  latencies.get(kind).push(ms)
}

class Client {
  constructor(user, number) {
    this.user = user
    this.random = randomFrom(Number(options.seed) * 100003 + number)
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    this.address = `10.9.${number >> 8}.${number & 255}`
    this.cookie = ''
    this.csrf = ''
  }

  request(kind, method, path, body, expected = [200]) {
    return new Promise((resolve) => {
      const began = performance.now()
      const payload = body === undefined ? undefined : JSON.stringify(body)
      const request = http.request(
        {
          agent: this.agent,
          host: base.hostname,
          port: base.port,
          method,
          path,
          headers: {
            // Each client from an address of its own, as behind a proxy the server trusts: sign-ins are limited by address.
            'X-Forwarded-For': this.address,
            ...(this.cookie && { Cookie: this.cookie }),
            ...(this.csrf && method !== 'GET' && { 'X-CSRF-Token': this.csrf }),
            ...(payload && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload) }),
          },
        },
        (response) => {
          const pieces = []
          response.on('data', (piece) => pieces.push(piece))
          response.on('end', () => {
            note(kind, performance.now() - began)
            for (const line of response.headers['set-cookie'] ?? []) this.cookie = line.split(';')[0]
            const text = Buffer.concat(pieces).toString()
            if (response.statusCode === 409) lostRaces.count++
            else if (!expected.includes(response.statusCode)) {
              errors.push(`${method} ${path}: ${response.statusCode} ${text.slice(0, 200)}`)
            }
            let json = null
            try {
              json = text ? JSON.parse(text) : null
            } catch {
              errors.push(`${method} ${path}: no JSON`)
            }
            resolve({ status: response.statusCode, json })
          })
          response.on('error', (error) => {
            errors.push(`${method} ${path}: ${error.message}`)
            resolve({ status: 0, json: null })
          })
        },
      )
      request.on('error', (error) => {
        errors.push(`${method} ${path}: ${error.message}`)
        resolve({ status: 0, json: null })
      })
      request.end(payload)
    })
  }

  async signIn() {
    const { json } = await this.request('sign in', 'POST', '/api/session', {
      login: this.user.login,
      password: this.user.password,
    })
    this.csrf = json?.csrf ?? ''
  }

  pick(list) {
    return list[Math.floor(this.random() * list.length)]
  }

  async queue() {
    const sort = this.pick(['-rank', '-found', '-updated', '-created'])
    const filter = this.pick(['', '&severity=violation', '&status=new&status=assigned', '&view=pool', '&severity=suspect&view=pool'])
    const page = 1 + Math.floor(this.random() * this.random() * 20)
    const { json } = await this.request('queue', 'GET', `/api/clues?size=50&page=${page}&sort=${sort}${filter}`)
    this.seen = json?.rows ?? []
    // The strip of money stands on every page.
    await this.request('funnel', 'GET', '/api/funnel')
  }

  async open() {
    const row = this.seen?.length ? this.pick(this.seen) : null
    if (!row) return
    const clue = (await this.request('clue', 'GET', `/api/clues/${row.id}`)).json
    const suspects = (await this.request('suspects', 'GET', `/api/clues/${row.id}/suspects?size=50&verdict=undecided`)).json
    this.clue = clue
    this.suspects = suspects?.rows ?? []
  }

  async decide() {
    if (!this.clue || !this.suspects?.length || !this.clue.actions?.includes('verdict')) return
    const suspect = this.pick(this.suspects)
    const verdict = this.random() < 0.7 ? 'confirmed' : 'refuted'
    const { status, json } = await this.request('verdict', 'POST', `/api/clues/${this.clue.id}/verdicts`, {
      version: this.clue.version,
      verdicts: [{ suspect: suspect.id, verdict, note: 'load test' }],
    })
    if (status === 200) {
      verdicts++
      this.clue = json
      this.suspects = this.suspects.filter((other) => other.id !== suspect.id)
    }
  }

  async next() {
    const { json, status } = await this.request('take next', 'POST', '/api/clues/next', {}, [200, 404])
    if (status !== 200) return
    this.clue = json
    const suspects = (await this.request('suspects', 'GET', `/api/clues/${json.id}/suspects?size=50&verdict=undecided`)).json
    this.suspects = suspects?.rows ?? []
  }

  async live(until) {
    // Nobody begins in step with the others.
    await new Promise((resolve) => setTimeout(resolve, this.random() * thinkMs))
    while (performance.now() < until) {
      const choice = this.random()
      if (choice < 0.35) await this.queue()
      else if (choice < 0.65) await this.open()
      else if (choice < 0.9) await this.decide()
      else await this.next()
      await new Promise((resolve) => setTimeout(resolve, thinkMs * (0.5 + this.random())))
    }
    this.agent.destroy()
  }
}

function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

const clients = Array.from({ length: clientCount }, (_, i) => new Client(users[i % users.length], i))
// Passwords are slow on purpose: signing in is not part of the load.
for (let i = 0; i < clients.length; i += 4) await Promise.all(clients.slice(i, i + 4).map((client) => client.signIn()))
measuring = true
const began = performance.now()
await Promise.all(clients.map((client) => client.live(began + Number(options.seconds) * 1000)))
const seconds = (performance.now() - began) / 1000

const report = {}
console.log('kind           count    p50 ms    p95 ms    p99 ms    max ms')
for (const [kind, list] of latencies) {
  list.sort((a, b) => a - b)
  const row = { count: list.length, p50: percentile(list, 0.5), p95: percentile(list, 0.95), p99: percentile(list, 0.99), max: list.at(-1) }
  report[kind] = row
  const cells = [row.p50, row.p95, row.p99, row.max].map((ms) => ms.toFixed(1).padStart(10)).join('')
  console.log(`${kind.padEnd(12)}${String(row.count).padStart(8)}${cells}`)
}
const requests = [...latencies.values()].reduce((sum, list) => sum + list.length, 0)
console.log(`${clientCount} clients, ${requests} requests in ${seconds.toFixed(1)} s (${(requests / seconds).toFixed(0)}/s), ` +
  `${verdicts} verdicts kept, ${lostRaces.count} lost races, ${errors.length} errors`)
for (const error of errors.slice(0, 10)) console.error(error)
console.log(JSON.stringify({ clients: clientCount, seconds, requests, verdicts, lostRaces: lostRaces.count, errors: errors.length, kinds: report }))
process.exit(errors.length > 0 ? 1 : 0)
