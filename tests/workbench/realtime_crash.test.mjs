// kill -9 while a hospital uploads and asks: no acknowledged upload is lost, and no answer comes from half a timeline.
//
// Every upload tells ten lines of one person at once; a rule of the test's own pack names every line of the person. So each
// answer must name a multiple of ten of them, never fewer than were acknowledged before it was asked.
// YIJIAN_STAGE: sqlite, postgresql. YIJIAN_CRASH_SECONDS: how long (20); YIJIAN_CRASH_EVERY: seconds between kills (3; 30 for the long run).
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStage } from './stage.mjs';
import { Person, signIn } from './person.mjs';

const seconds = Number(process.env.YIJIAN_CRASH_SECONDS ?? 20);
const every = Number(process.env.YIJIAN_CRASH_EVERY ?? 3);
const askers = 6;
const linesEach = 10;
const uploadsMax = 40; // of one person; then the next, so that timelines stay small

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const gone = (error) => ['ECONNRESET', 'ECONNREFUSED', 'EPIPE'].includes(error.code) || error.message.includes('socket hang up') || error.message === 'aborted';

function writePack(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'pack.yaml'), 'pack: crash\nversion: 1\nowner: test\nlanguage: 1\nname: {zh: 测试, en: test}\n');
  writeFileSync(join(folder, 'C-ALL.yaml'), `rule: C-ALL
name: {zh: 全部, en: all}
class: policy
official: GZ1
basis: ["测试依据"]
severity: violation
moments: [pre, mid, post]
why: {zh: 原因, en: why}
form: group
of: line
where: line.item == 'CRASH'
by: [line.item]
within: all
having: sum(line.qty) > 0
charge: all
message: {zh: 全部, en: all}
`);
}

const line = (visit, sn) => ({ feedetl_sn: sn, mdtrt_id: visit, chrg_bchno: '1', fee_ocur_time: '2026-05-01 09:00:00', med_list_codg: 'CRASH', cnt: 1, pric: 1, det_item_fee_sumamt: 1, fulamt_ownpay_amt: 0, preselfpay_amt: 0 });
const uploadOf = (person, number) => ({
  infno: '2204', msgid: `${person}-${number}`, time: '2026-05-01 09:00:00',
  input: { feedetail: Array.from({ length: linesEach }, (_, i) => ({ ...line(`${person}-V${number}`, `${number}-${i}`), psn_no: person })) },
});
const draftOf = (person) => ({
  time: '2026-05-02 09:00:00',
  persons: [{ psn_no: person, gend: '1', brdy: '1980-01-01', visits: [{ mdtrt_id: `${person}-ASK`, med_type: '11', begntime: '2026-05-02 08:00:00', lines: [{ bkkp_sn: '1', fee_ocur_time: '2026-05-02 08:30:00', hilist_code: 'CRASH', cnt: 1, pric: 1, det_item_fee_sumamt: 1, fulamt_ownpay_amt: 0, preselfpay_amt: 0 }] }] }],
});

test(`${seconds} s of uploads and questions, killed every ${every} s`, { timeout: (seconds + 120) * 1000 }, async () => {
  const stage = await openStage({ store: process.env.YIJIAN_STAGE ?? 'sqlite', packs: (folder) => writePack(join(folder, 'pack')) ?? join(folder, 'pack') });
  const operator = await signIn(stage.url, 'operator');
  const code = 'H50010144444';
  const { key } = await operator.post('/api/callers', { institution: code, per_second: 100000, burst: 100000 });
  operator.close();
  const wrong = [];
  const acknowledged = new Map(); // person -> uploads
  let over = false;
  let answers = 0;
  let late = 0;

  const check = async (caller, person) => {
    const least = acknowledged.get(person) ?? 0;
    const { status, body } = await caller.ask('POST', '/api/realtime/mid', draftOf(person));
    if (status !== 200) return wrong.push(`${person}: ${status} ${JSON.stringify(body)}`);
    // An answer that says what time left out is no wrong one; a machine at its limit gives some.
    if (body.not_reached.length > 0) return late++;
    answers++;
    const named = body.answers[0].hits.flatMap((hit) => hit.lines).filter((one) => one.kind === 'line').length - 1;
    if (named % linesEach !== 0) wrong.push(`${person}: ${named} lines are no whole uploads`);
    if (named < least * linesEach) wrong.push(`${person}: ${named} lines, ${least} uploads were acknowledged; ${JSON.stringify(body).slice(0, 300)}`);
    return undefined;
  };
  const work = async (number) => {
    const caller = new Person(stage.url);
    caller.headers.Authorization = `Bearer ${key}`;
    for (let round = 0; !over; round++) {
      const person = `P${number}-${round}`;
      for (let i = 0; i < uploadsMax && !over; ) {
        try {
          // The same again when nobody said whether it was taken.
          const { status, body } = await caller.ask('POST', '/api/realtime/upload', uploadOf(person, i));
          if (status !== 200) wrong.push(`${person} upload ${i}: ${status} ${JSON.stringify(body)}`);
          acknowledged.set(person, ++i);
          await check(caller, person);
        } catch (error) {
          if (!gone(error)) throw error;
          await pause(20);
        }
      }
    }
    caller.close();
  };
  const workers = Promise.all(Array.from({ length: askers }, (_, i) => work(i)));
  let kills = 0;
  for (const until = Date.now() + seconds * 1000; Date.now() < until; kills++) {
    await pause(every * 1000);
    await stage.restart({ kill: true });
  }
  over = true;
  await workers;
  const caller = new Person(stage.url);
  caller.headers.Authorization = `Bearer ${key}`;
  for (const person of acknowledged.keys()) await check(caller, person);
  caller.close();
  await stage.close();
  const uploads = [...acknowledged.values()].reduce((sum, count) => sum + count, 0);
  console.log(`${kills} kills, ${uploads} uploads acknowledged, ${answers} answers, ${late} late ones`);
  assert.deepEqual(wrong.slice(0, 10), []);
  assert.ok(kills >= 2 && uploads > 50 && answers > 50, 'there was load');
});
