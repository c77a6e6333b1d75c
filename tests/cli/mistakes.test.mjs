// What may be mistyped or hostile: a clear message that names it, exit code 1 or 2, nothing changed, no crash.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { bytesOf, folder, makeCity, must, run } from './program.mjs'

async function refused(words, ...said) {
  const { code, out, err } = await run(...words)
  assert.ok(code === 1 || code === 2 || (code >= 100 && code < 128), `yijian ${words.join(' ')}: ${code}\n${out}${err}`) // CLI11's own begin at 100
  for (const text of said) assert.ok((out + err).includes(text), `yijian ${words.join(' ')}: no "${text}" in\n${out}${err}`)
}

test('before there is anything', async () => {
  await refused([], 'subcommand')
  await refused(['audti'], 'audti')
  await refused(['audit'], 'no lake')
  await refused(['findings', '--lake', 'nowhere'], 'nowhere')
  await refused(['finding'], 'id')
  await refused(['intake', 'centre-tables', 'absent.csv'], 'absent.csv')
  await refused(['intake', 'no-such-mapping', 'absent.csv'], 'no-such-mapping')
  await refused(['city', '--persons', '-5', '--to', 'city'], '-5')
  await refused(['score', '--city', 'nowhere'])
})

test('a lake without an audit', async () => {
  const files = await makeCity('city', 60, 3)
  await must('intake', 'centre-tables', ...files.centre)
  await refused(['findings'], 'audit')
  await refused(['finding', 'abc'], 'audit')
})

test('wrong values are named, and change nothing', async () => {
  await must('audit')
  const before = bytesOf('lake/findings')
  await refused(['audit', '--from', '2026-13-01'], '--from', '2026-13-01')
  await refused(['audit', '--from', '2026-05-01', '--until', '2026-04-01'], '2026-05-01')
  await refused(['audit', '--rules', 'X-999'], 'X-999')
  await refused(['audit', '--threads', 'many'], 'many')
  await refused(['audit', '--threads', '-3'], '-3')
  await refused(['audit', '--packs', 'nowhere'], 'nowhere')
  await refused(['findings', '--amount-min', '12,5'], '12,5')
  await refused(['findings', '--sort', 'colour'], 'colour')
  await refused(['findings', '--limit', 'all'], 'all')
  await refused(['findings', '--run', '../../etc'], '../../etc')
  await refused(['findings', '--export', 'out.pdf'], 'out.pdf')
  await refused(['findings', '--export', 'no/such/folder/out.csv'], 'no/such/folder/out.csv')
  await refused(['finding', "' OR 1=1 --"], "' OR 1=1 --")
  await refused(['finding', ''], 'id')
  await refused(['finding', 'f'.repeat(100_000)], 'id')
  await refused(['finding', 'ffffffffffffffff'], 'ffffffffffffffff')
  await refused(['withdraw', 'b9-none', '--why', 'x'], 'b9-none')
  assert.deepEqual(bytesOf('lake/findings'), before)
})

test('an audit that finds nothing is a result like any other', async () => {
  await must('audit', '--institution', 'H00000000000')
  assert.match(await must('findings'), /in all 0 findings/)
  await must('findings', '--export', 'none.csv')
  await refused(['finding', 'abc'], 'abc')
  await must('clues', 'import', '--store', 'sqlite:clues.db')
  assert.match(await must('score', '--city', 'city'), /^all/m)
  await must('audit')
})

test('hostile text in a filter finds nothing and breaks nothing', async () => {
  for (const text of ["x'; DROP TABLE findings; --", '%', '\u0007\u001b[31m', '人'.repeat(20_000), '$(rm -rf /)']) {
    for (const option of ['--institution', '--subject', '--visit', '--rule']) {
      const { code, out, err } = await run('findings', option, text)
      assert.ok(code === 0 || code === 1, `${option} ${text.slice(0, 20)}: ${code} ${err}`)
      if (code === 0) assert.match(out, /in all 0 findings/)
    }
  }
})

test('all mistakes of a pack at once, with their places', async () => {
  mkdirSync(join(folder, 'pack'))
  writeFileSync(join(folder, 'pack/pack.yaml'), 'pack: trial\nversion: 1\n')
  writeFileSync(join(folder, 'pack/X-1.yaml'), 'rule: X-1\nversion: 1\nform: each\nof: lien\nwhere: line.qtty > 1 &&\nseverity: grave\n')
  const { code, err, out } = await run('rules', 'check', 'pack')
  assert.equal(code, 1)
  const said = out + err
  for (const text of ['X-1.yaml:4', 'lien', 'grave']) assert.ok(said.includes(text), said)
  await refused(['audit', '--packs', 'pack'], 'X-1.yaml')
})
