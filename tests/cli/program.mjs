// Runs the program in a folder of its own, far from what ships with it.
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

export const folder = mkdtempSync(join(tmpdir(), 'yijian-cli-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

if (!process.env.YIJIAN) throw new Error('YIJIAN, the program, is not set')
const options = { cwd: folder, env: { ...process.env, YIJIAN_LANG: 'en' }, maxBuffer: 1 << 28 }

// What it printed, and its exit code; it never waits for an answer.
export function run(...words) {
  return new Promise((done) => {
    const child = execFile(process.env.YIJIAN, words, options, (error, out, err) => done({ code: error ? (error.code ?? error.signal) : 0, out, err }))
    child.stdin.end()
  })
}

export async function must(...words) {
  const { code, out, err } = await run(...words)
  if (code !== 0) throw new Error(`yijian ${words.join(' ')}: ${code}\n${out}\n${err}`)
  return out
}

export const start = (...words) => spawn(process.env.YIJIAN, words, { ...options, stdio: 'ignore' })

const kCentre = ['MDTRT_D', 'SETL_D', 'FEE_LIST_D', 'SETL_LIST_DIAG_D', 'SETL_LIST_OPRN_D', 'PSN_INFO_B', 'MEDINS_INFO_B', 'RTAL_PHAC_B', 'DR_INFO_B']
export async function makeCity(to, persons, seed) {
  await must('city', '--persons', String(persons), '--seed', String(seed), '--to', to)
  return {
    centre: kCentre.map((name) => join(to, `${name}.csv`)),
    stock: ['3512', '3513', 'STOCK'].map((name) => join(to, `${name}.csv`)),
  }
}

// The bytes of a folder, file by file.
export function bytesOf(path) {
  return readdirSync(join(folder, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
    .map((file) => [relative(join(folder, path), file), createHash('sha256').update(readFileSync(file)).digest('hex')])
}
