// From files to explained findings: the same whatever the threads and however often; one of every kind of row told whole; what a
// withdrawn batch takes with it; what a kill in the middle leaves.
import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { bytesOf, folder, makeCity, must, run, start } from './program.mjs'

const at = (path) => readFileSync(join(folder, path), 'utf8')
const current = () => at('lake/findings/current').trim()
const lastLine = (text) => text.trimEnd().split('\n').at(-1)
const batchOf = (text, mapping) => text.split('\n').find((line) => line.includes(mapping)).split(' ')[0]

test('a city comes in, and the same files again change nothing', async () => {
  const files = await makeCity('city', 300, 5)
  await must('intake', 'centre-tables', ...files.centre)
  await must('intake', 'stock-trace', ...files.stock)
  const batches = await must('batches')
  await must('intake', 'centre-tables', ...files.centre)
  assert.equal(await must('batches'), batches)
})

test('an audit finds what was planted, and nothing in the clean background', async () => {
  await must('audit')
  const all = lastLine((await must('score', '--city', 'city')).split('\n').filter((line) => line.startsWith('all')).join('\n')).split(/\s+/)
  const [, planted, found] = all
  assert.ok(Number(planted) > 150, planted)
  assert.equal(found, planted)
  assert.equal(all[7], '0', `false findings: ${all.join(' ')}`)
})

test('the same findings, byte for byte, with one thread and with three, by columns and by the judge', async () => {
  const first = current()
  const once = bytesOf(`lake/findings/${first}`).filter(([name]) => name !== 'run.json')
  assert.ok((await must('audit')).includes('Nothing changed'))
  for (const way of [['--threads', '1'], ['--threads', '3'], ['--plain']]) {
    rmSync(join(folder, 'lake/findings'), { recursive: true })
    await must('audit', ...way)
    assert.equal(current(), first, way.join(' '))
    assert.deepEqual(bytesOf(`lake/findings/${first}`).filter(([name]) => name !== 'run.json'), once, way.join(' '))
  }
})

test('killed at any moment, the run in force stays whole and the next one says the same', async () => {
  const before = await must('findings', '--limit', '0')
  for (const after of [5, 30, 80, 150, 250, 400]) {
    const child = start('audit', '--from', '2026-01-01', '--until', `2026-12-${10 + (after % 7)}`)
    await new Promise((done) => {
      child.on('exit', done)
      setTimeout(() => child.kill('SIGKILL'), after)
    })
    const now = await run('findings', '--limit', '1')
    assert.equal(now.code, 0, now.err)
  }
  await must('audit')
  assert.equal(await must('findings', '--limit', '0'), before)
})

test('a filter leaves what passes it, and the run says what it was', async () => {
  const all = (await must('findings', '--limit', '0', '--sort', 'time')).trimEnd().split('\n').slice(0, -1)
  const rule = all.filter((line) => line.includes('  P-025a  '))
  assert.ok(rule.length > 0)
  const shown = (await must('findings', '--rule', 'P-025a', '--limit', '0', '--sort', 'time')).trimEnd().split('\n')
  assert.deepEqual(shown.slice(0, -1), rule)
  const institution = rule[0].split('  ')[4]
  const there = all.filter((line) => line.split('  ')[4] === institution)
  await must('audit', '--institution', institution)
  assert.deepEqual((await must('findings', '--limit', '0', '--sort', 'time')).trimEnd().split('\n').slice(0, -1).map((line) => line.split('  ')[0]).sort(), there.map((line) => line.split('  ')[0]).sort())
  await must('audit', '--rules', 'P-025a', 'M-125')
  assert.deepEqual([...new Set((await must('findings', '--limit', '0')).trimEnd().split('\n').slice(0, -1).map((line) => line.split('  ')[1]))].sort(), ['M-125', 'P-025a'])
  await must('audit')
})

test('a finding names its institution, of a doctor and of a trace code too', async () => {
  const lines = (await must('findings', '--limit', '0')).trimEnd().split('\n').slice(0, -1)
  assert.ok(lines.some((line) => line.includes('  D-167a  ')))
  assert.deepEqual(lines.filter((line) => !/^\S+  \S+  \S+  \S*  [HP]\d{11}  /.test(line)), [])
})

// What a finding rests on: its rows by kind, charged or evidence, with their numbers in the source.
const kKinds = [
  ['P-025a', 'Fee lines (● charged', / ● \d{4}-\d\d-\d\d \d\d:\d\d {2}\S+ .* × .* = .*found .*counted once .*\[\d+\]/],
  ['P-104', 'Settlements (● charged', / ● .*pooled fund .*found .*\[\d+\]/],
  ['B-033', 'Trace codes (● charged', / ● .*stock_in {2}8\d{19} .*\[\d+\]/],
  ['M-009', 'Stock movements (● charged', / ● .* quantity \d+ .*institution [HP]\d+.*\[K\d+\]/],
]
for (const [rule, heading, row] of kKinds) {
  test(`${rule} is told with its ${heading.split(' (')[0].toLowerCase()}`, async () => {
    const id = (await must('findings', '--rule', rule, '--limit', '1')).split(' ')[0]
    const told = await must('finding', id)
    assert.ok(told.includes(heading), told)
    assert.match(told, row)
    for (const part of [`Rule  ${rule}@`, 'Basis ', 'Money  flagged', 'The rule as written']) assert.ok(told.includes(part), `${part}\n${told}`)
  })
}

// One rule in five, so that all kinds of rows come up.
test('whatever the rule, a finding is told with a charged row', async () => {
  const ids = new Map()
  for (const line of (await must('findings', '--limit', '0', '--sort', 'rule')).trimEnd().split('\n').slice(0, -1)) ids.set(line.split('  ')[1], line.split('  ')[0])
  assert.ok(ids.size > 140, String(ids.size))
  const silent = []
  for (const [rule, id] of [...ids].filter((_, i) => i % 5 === 0)) {
    if (!/ ● /.test(await must('finding', id))) silent.push(`${rule} ${id}`)
  }
  assert.deepEqual(silent, [])
})

test('person numbers are masked, unless asked for', async () => {
  const masked = await must('findings', '--rule', 'P-025a', '--limit', '0')
  assert.doesNotMatch(masked, /\b5001\d{16}\b/)
  assert.match(await must('findings', '--rule', 'P-025a', '--limit', '0', '--unmasked'), /\b5001\d{16}\b/)
})

test('findings leave as CSV and XLSX, whole', async () => {
  const count = Number(/in all (\d+) findings/.exec(await must('findings', '--limit', '1'))[1])
  await must('findings', '--export', 'all.csv')
  const rows = at('all.csv').trimEnd().split('\n')
  assert.equal(rows.length, count + 1)
  await must('findings', '--export', 'all.xlsx')
  assert.equal(readFileSync(join(folder, 'all.xlsx')).subarray(0, 2).toString(), 'PK')
})

test('a withdrawn batch takes its findings along, and the next audit does without it', async () => {
  const of = (rule, ...more) => must('findings', '--rule', rule, '--limit', '0', ...more).then((text) => text.trimEnd().split('\n').slice(0, -1))
  const before = (await of('B-033')).length
  const kept = await of('P-025a')
  assert.ok(before > 0)
  const [id] = (await of('B-033'))[0].split(' ')
  await must('withdraw', batchOf(await must('batches'), 'stock-trace'), '--why', 'exported again')
  assert.equal((await of('B-033')).length, 0)
  assert.equal((await of('B-033', '--withdrawn')).length, before)
  assert.match(await must('finding', id), /was withdrawn, and the finding with it/)
  assert.deepEqual(await of('P-025a'), kept)
  await must('audit')
  assert.equal((await of('B-033', '--withdrawn')).length, 0)
  assert.deepEqual(await of('P-025a'), kept)
})
