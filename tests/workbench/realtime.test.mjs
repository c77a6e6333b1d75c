// Real time behind a really started server: the client, keys, hostile and huge bodies, rates, reload, restarts.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openStage, program, root } from './stage.mjs';
import { accusedDrafts, rememberKey, tellOfClue } from './accused.mjs';
import { Person, signIn } from './person.mjs';

const run = promisify(execFile);
let stage, operator, auditor, hospital, key, code, draft;

before(async () => {
  stage = await openStage({ store: process.env.YIJIAN_STAGE ?? 'sqlite' });
  operator = await signIn(stage.url, 'operator');
  auditor = await signIn(stage.url, 'auditor');
  code = (await signIn(stage.url, 'hospital1')).me.institution;
  ({ key } = await operator.post('/api/callers', { institution: code, per_second: 100000, burst: 100000 }));
  hospital = new Person(stage.url);
  hospital.headers.Authorization = `Bearer ${key}`;
  draft = await auditor.get('/api/realtime/example?moment=mid&number=3');
});
after(() => stage?.close());

// How `yijian` ends and what it prints.
async function yijian(args, env = {}) {
  try {
    const { stdout } = await run(program, args, { cwd: root, env: { ...process.env, ...env }, maxBuffer: 64 << 20 });
    return { code: 0, stdout };
  } catch (error) {
    return { code: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}
const fileOf = (name, value) => {
  const path = join(stage.folder, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
};
const uploadOf = (person, visit, lines, msgid) => ({
  infno: '2204', msgid, time: '2026-05-01 09:00:00',
  input: { feedetail: lines.map((line, i) => ({ feedetl_sn: `${visit}-${i}`, mdtrt_id: visit, psn_no: person, chrg_bchno: '1', fee_ocur_time: '2026-05-01 09:00:00', med_list_codg: line, cnt: 1, pric: 10, det_item_fee_sumamt: 10, fulamt_ownpay_amt: 0, preselfpay_amt: 0 })) },
});

test('yijian ask: the twin, with a key', async () => {
  const file = fileOf('draft.json', draft);
  const asked = await yijian(['ask', file, '--to', stage.url, '--moment', 'mid', '--key', key, '--json']);
  assert.equal(asked.code, 0, asked.stderr);
  assert.equal(JSON.parse(asked.stdout).answers.length, 1);
  const quiet = await yijian(['ask', file, '--to', stage.url, '--moment', 'pre'], { YIJIAN_KEY: key });
  assert.equal(quiet.code, 0, quiet.stderr);
  assert.doesNotMatch(quiet.stdout, new RegExp(draft.persons[0].psn_no), 'masked');
  const stranger = await yijian(['ask', file, '--to', stage.url, '--key', 'yj_nobody']);
  assert.notEqual(stranger.code, 0);
});

test('yijian ask: a national message, signed by SM3 and encrypted by SM4, and not otherwise', async () => {
  const { caller } = await operator.post('/api/callers', { institution: 'H50010188888', must_sign: 'SM3', sm3_secret: 'between us', must_encrypt: true, sm4_key: '0123456789abcdeffedcba9876543210' });
  assert.equal(caller.has_sm3_secret, true);
  assert.equal(JSON.stringify(caller).includes('between us'), false);
  const file = fileOf('national.json', draft);
  const args = ['ask', file, '--to', stage.url, '--moment', 'mid', '--national', '--institution', 'H50010188888'];
  const secrets = { YIJIAN_SM3_SECRET: 'between us', YIJIAN_SM4_KEY: '0123456789abcdeffedcba9876543210' };
  const well = await yijian(args, secrets);
  assert.equal(well.code, 0, well.stdout);
  const answer = JSON.parse(well.stdout);
  assert.equal(answer.infcode, 0);
  assert.equal(answer.enc_type, 'SM4');
  assert.equal(typeof answer.output, 'string');
  for (const [why, env, word] of [['not signed', { YIJIAN_SM4_KEY: secrets.YIJIAN_SM4_KEY }, 'YJ2003'], ['not encrypted', { YIJIAN_SM3_SECRET: 'between us' }, 'YJ2005'],
    ['another secret', { ...secrets, YIJIAN_SM3_SECRET: 'guess' }, 'YJ2004'], ['another key', { ...secrets, YIJIAN_SM4_KEY: 'f'.repeat(32) }, 'YJ']]) {
    const refused = await yijian([...args, '--msgid', `m-${why.replaceAll(' ', '-')}`], env);
    assert.notEqual(refused.code, 0, why);
    assert.match(refused.stdout, new RegExp(word), why);
  }
});

// As anybody's key tool makes them: hexadecimal numbers of the private and of the public key.
async function sm2Keys() {
  const pem = join(stage.folder, 'sm2.pem');
  await run('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:SM2', '-out', pem]);
  const { stdout } = await run('openssl', ['ec', '-in', pem, '-text', '-noout']);
  const hex = (name) => new RegExp(`${name}:\\n((?: +[0-9a-f:]+\\n)+)`).exec(stdout)[1].replace(/[^0-9a-f]/g, '');
  return { secret: hex('priv').slice(-64).padStart(64, '0'), open: hex('pub') };
}

test('yijian ask: a national message, signed by SM2 and encrypted by SM4', async () => {
  const [mine, other] = [await sm2Keys(), await sm2Keys()];
  assert.equal(mine.open.length, 130);
  const institution = 'H50010177777';
  const refused = await operator.ask('POST', '/api/callers', { institution, must_sign: 'SM2', sm2_public: '04' + 'ab'.repeat(64) });
  assert.equal(refused.status, 422, 'no point of the curve');
  await operator.post('/api/callers', { institution, must_sign: 'SM2', sm2_public: mine.open, must_encrypt: true, sm4_key: 'f'.repeat(32), sm4_mode: 'ecb' });
  const args = ['ask', fileOf('sm2.json', draft), '--to', stage.url, '--moment', 'mid', '--national', '--institution', institution];
  const well = await yijian(args, { YIJIAN_SM2_PRIVATE: mine.secret, YIJIAN_SM4_KEY: 'f'.repeat(32) });
  assert.equal(well.code, 0, well.stdout + well.stderr);
  assert.equal(JSON.parse(well.stdout).enc_type, 'SM4');
  for (const [why, env, word] of [['another key', { YIJIAN_SM2_PRIVATE: other.secret, YIJIAN_SM4_KEY: 'f'.repeat(32) }, 'YJ2004'],
    ['not signed', { YIJIAN_SM4_KEY: 'f'.repeat(32) }, 'YJ2003'], ['signed, in clear', { YIJIAN_SM2_PRIVATE: mine.secret }, 'YJ2005']]) {
    const said = await yijian([...args, '--msgid', `sm2-${why.replaceAll(' ', '-')}`], env);
    assert.notEqual(said.code, 0, why);
    assert.match(said.stdout, new RegExp(word), why);
  }
});

test('services as hospitals\' systems name them', async () => {
  const envelope = (infno, input, msgid) => ({ infno, msgid, mdtrtarea_admvs: '500101', insuplc_admdvs: '500101', infver: 'V1.0', opter: '1', opter_name: '医生', inf_time: '2026-05-01 09:00:00', fixmedins_code: code, fixmedins_name: '医院', input });
  const asked = envelope('3101', { data: { ...draft, persons: draft.persons } }, 'by-name-1');
  const answer = await hospital.post('/fsi/api/riskConService/beforeAnalyze', asked);
  assert.equal(answer.infcode, 0, answer.err_msg);
  const crossed = await hospital.post('/fsi/api/riskConService/courseAnalyze', { ...asked, msgid: 'by-name-2' });
  assert.match(crossed.err_msg, /YJ1006/);
  const upload = uploadOf('P-name', 'V-name', ['A'], 'x');
  const taken = await hospital.post('/fsi/api/hospFeeDtlService/addFee', envelope('2301', upload.input, 'by-name-3'));
  assert.equal(taken.infcode, 0, taken.err_msg);
  const { status } = await hospital.ask('POST', '/fsi/api/noService/none', asked);
  assert.equal(status, 404);
});

test('a batch: a line each, a wrong line spoils no other, and so many at most', async () => {
  const send = async (lines, moment = 'mid') => {
    const response = await fetch(`${stage.url}/api/realtime/batch?moment=${moment}`, { method: 'POST', headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/x-ndjson' }, body: lines.join('\n') });
    return { status: response.status, text: await response.text() };
  };
  const one = JSON.stringify(draft);
  const { status, text } = await send([one, '{"persons":', '', one]);
  assert.equal(status, 200);
  const said = text.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(said.length, 3, 'empty lines are none');
  assert.equal(said[1].status, 400);
  assert.equal(said[1].code, 'YJ1001');
  assert.equal(said[0].answers.length, 1);
  assert.deepEqual(said[2].answers[0].hits, said[0].answers[0].hits);
  assert.equal((await send([])).status, 400);
  assert.equal((await send(Array.from({ length: 10_001 }, () => '{}'))).status, 413);
  const most = await send(Array.from({ length: 10_000 }, () => '{}'));
  assert.equal(most.status, 200);
  assert.equal(most.text.trim().split('\n').length, 10_000);
});

test('the credit grade an operator gave changes the advice', async () => {
  let hit;
  let asked;
  for (let number = 0; number < 400 && !hit; number++) {
    asked = await auditor.get(`/api/realtime/example?moment=mid&number=${number}`);
    const { answers } = await hospital.post('/api/realtime/mid', asked);
    hit = answers[0].hits.find((one) => one.severity === 'violation' && one.advice !== 'block' && one.open_until === '');
  }
  assert.ok(hit, 'a violation among the examples');
  const [caller] = (await operator.get('/api/callers')).filter((one) => one.institution === code);
  const graded = await operator.patch(`/api/callers/${code}`, { version: caller.version, grade: 'D' });
  const { answers, advice } = await hospital.post('/api/realtime/mid', asked);
  assert.equal(answers[0].hits.find((one) => one.id === hit.id).advice, 'block');
  assert.equal(advice, 'block');
  await operator.patch(`/api/callers/${code}`, { version: graded.version, grade: '' });
});

test('an upload is carried out once, also across kill -9; what it told counts', async () => {
  const upload = uploadOf('P-once', 'V-once', ['ZA04CAE0023010100166'], 'upload-once');
  assert.deepEqual(await hospital.post('/api/realtime/upload', upload), {});
  await stage.restart({ kill: true });
  assert.deepEqual(await hospital.post('/api/realtime/upload', upload), {});
  const other = structuredClone(upload);
  other.input.feedetail[0].cnt = 2;
  const { status, body } = await hospital.ask('POST', '/api/realtime/upload', other);
  assert.equal(status, 409);
  assert.equal(body.code, 'YJ3001');
});

test('people may try, and upload nothing', async () => {
  auditor = await signIn(stage.url, 'auditor');
  operator = await signIn(stage.url, 'operator');
  const tried = await auditor.ask('POST', '/api/realtime/upload', uploadOf('P-x', 'V-x', ['A'], 'x'));
  assert.equal(tried.status, 403);
  const before = await auditor.get('/api/realtime/acceptance?by=institution');
  await auditor.post(`/api/realtime/mid?institution=${code}`, draft);
  assert.deepEqual(await auditor.get('/api/realtime/acceptance?by=institution'), before);
});

test('hits are answered by whom they were told to', async () => {
  let told;
  for (let number = 0; number < 400 && !told; number++) {
    const asked = await auditor.get(`/api/realtime/example?moment=mid&number=${number}`);
    told = (await hospital.post('/api/realtime/mid', asked)).answers[0].hits[0];
  }
  const { key: theirs } = await operator.post('/api/callers', { institution: 'H50010144444' });
  const other = new Person(stage.url);
  other.headers.Authorization = `Bearer ${theirs}`;
  const feedback = { warn_type: '2', warns: [{ warn_rslt_id: told.id, dspo_way: '2' }] };
  assert.equal((await other.ask('POST', '/api/realtime/feedback', feedback)).status, 404);
  assert.deepEqual(await hospital.post('/api/realtime/feedback', feedback), {});
  other.close();
});

test('what was told, and the reason given, stand beside the clue and in its case', async () => {
  const drafts = await accusedDrafts(stage, 400);
  auditor = await signIn(stage.url, 'auditor');
  operator = await signIn(stage.url, 'operator');
  rememberKey(code, key);
  const told = await tellOfClue(stage, operator, auditor, drafts);
  const of = async (path) => (await auditor.get(path)).rows.find((one) => one.id === told.suspect.id);
  const beside = () => of(`/api/clues/${told.clue.id}/suspects?rule=${told.hit.rule}&text=${encodeURIComponent(told.hit.visit)}`);
  const noted = (await beside()).told.find((one) => one.hit === told.hit.id);
  assert.deepEqual([noted.moment, noted.answer, noted.reason], ['mid', 'none', '']);
  assert.equal(noted.at, told.draft.time, 'by the clock of who asked');
  await told.hospital.post('/api/realtime/feedback', { warn_type: '2', warns: [{ warn_rslt_id: told.hit.id, dspo_way: '1', dspo_way_rea: '病情需要，已向患者说明' }] });
  const suspect = await beside();
  const answered = suspect.told.find((one) => one.hit === told.hit.id);
  assert.deepEqual([answered.answer, answered.reason], ['carried_on', '病情需要，已向患者说明']);
  assert.ok(answered.by === 'visit' || suspect.lines.some((line) => line.charged && line.told.includes(told.hit.id)), 'the line says so too');
  // Somebody who only tries it tells no auditor anything, and answers for no institution.
  const clerk = await signIn(stage.url, 'auditor2');
  const forged = { warn_type: '2', warns: [{ warn_rslt_id: told.hit.id, dspo_way: '1', dspo_way_rea: '并非机构所填' }] };
  assert.deepEqual(await clerk.post(`/api/realtime/feedback?institution=${told.institution}`, forged), {});
  assert.equal((await beside()).told.find((one) => one.hit === told.hit.id).reason, '病情需要，已向患者说明');
  const inCase = await caseOf(told.clue);
  assert.equal((await of(`/api/cases/${inCase}/suspects?size=200`)).told.find((one) => one.hit === told.hit.id).reason, '病情需要，已向患者说明');
  clerk.close();
  told.hospital.close();
});
// The case opened from a clue, all of it confirmed.
async function caseOf({ id }) {
  let clue = await auditor.post(`/api/clues/${id}/lock`);
  clue = await auditor.post(`/api/clues/${id}/verdicts`, { version: clue.version, conduct: 'conduct', verdicts: [{ all: true, verdict: 'confirmed', note: '与病历不符' }] });
  return (await auditor.post('/api/cases', { clues: [id], title: '事中提醒后的核查', track: 'agency' })).id;
}

test('kept requests are found by what they were, when, and of whom', async () => {
  const [rows, mid] = await Promise.all(['', '&moment=mid'].map(async (more) => (await auditor.get(`/api/realtime/requests?size=200${more}`)).rows));
  assert.ok(mid.length > 0 && mid.every((one) => ['mid', '3102'].includes(one.infno)));
  const { rows: others } = await auditor.get('/api/realtime/requests?size=200&moment=feedback');
  assert.ok(others.every((one) => ['feedback', '3103'].includes(one.infno)));
  const { advice } = rows.find((one) => one.advice);  // which of them the city's drafts bring about is chance
  const advised = (await auditor.get(`/api/realtime/requests?size=200&advice=${advice}`)).rows;
  assert.ok(advised.length > 0 && advised.every((one) => one.advice === advice));
  const today = rows[0].at.slice(0, 10);
  const dayAfter = new Date(Date.parse(today) + 2 * 86_400_000).toISOString().slice(0, 10);
  assert.equal((await auditor.get(`/api/realtime/requests?size=200&from=2020-01-01&until=${today.slice(0, 4)}-01-01`)).rows.length, 0);
  assert.ok((await auditor.get(`/api/realtime/requests?from=2020-01-01&until=${dayAfter}`)).rows.length > 0);
  const number = draft.persons[0].psn_no;
  const theirs = (await auditor.get(`/api/realtime/requests?person=${number}`)).rows;
  assert.ok(theirs.length > 0);
  assert.equal((await auditor.get('/api/realtime/requests?person=NOBODY')).rows.length, 0);
  const analyst = await signIn(stage.url, 'analyst');
  assert.equal((await analyst.ask('GET', `/api/realtime/requests?person=${number}`)).status, 403, 'a number may be looked for by who may unmask');
  const { rows: views } = await operator.get('/api/trail?views=true&action=realtime.find_person&size=20');
  assert.ok(views.length > 0 && !JSON.stringify(views).includes(number), 'the look is kept, the number is not');
  analyst.close();
});

test('the acceptance report keeps to its days, and is taken away as a table', async () => {
  const all = await auditor.get('/api/realtime/acceptance?by=rule');
  assert.ok(all.total.told > 0 && all.rows.every((row) => row.name && row.name_en), 'rules have names in both languages');
  assert.equal((await auditor.get('/api/realtime/acceptance?until=2020-01')).total.told, 0);
  assert.equal((await auditor.get('/api/realtime/acceptance?from=2020-01')).total.told, all.total.told);
  const { status, type, body } = await auditor.ask('GET', '/api/realtime/acceptance/export?by=institution');
  assert.equal(status, 200);
  assert.match(type, /spreadsheetml/);
  assert.equal(body.subarray(0, 2).toString(), 'PK');
  const clerk = await signIn(stage.url, 'hospital1');
  assert.ok((await clerk.get('/api/realtime/acceptance?by=institution')).rows.every((row) => row.key === code));
  clerk.close();
});

test('the monitor tells what was asked and advised, and what waits', async () => {
  await hospital.post('/api/realtime/pre', draft);
  await hospital.post('/api/realtime/mid', draft);
  // The second that is running is not told yet.
  let told;
  for (let tries = 0; tries < 100 && !(told?.windows[0].by_what.pre > 0); tries++) {
    await new Promise((done) => setTimeout(done, 50));
    told = await auditor.get('/api/realtime/monitor');
  }
  const { windows, series, queue } = told;
  const [minute] = windows;
  assert.ok(minute.by_what.pre > 0 && minute.by_what.mid > 0);
  assert.equal(Object.values(minute.by_what).reduce((sum, one) => sum + one, 0), minute.requests);
  assert.ok(Object.values(minute.advice).reduce((sum, one) => sum + one, 0) > 0);
  assert.ok(series.some((point) => point.by_what.mid > 0));
  assert.ok(queue.waiting_max > 0 && queue.workers > 0);
});

test('a mistake names its field in both languages', async () => {
  const wrong = structuredClone(draft);
  wrong.persons[0].visits[0].lines[0].cnt = 'two';
  for (const lang of ['zh-CN', 'en']) {
    const { status, body } = await auditor.ask('POST', '/api/realtime/mid', wrong, { 'Accept-Language': lang });
    assert.deepEqual([status, body.code, body.errors[0].field], [400, 'YJ1003', 'patient_dtos[0].fsi_encounter_dtos[0].fsi_order_dtos[0].cnt']);
  }
});

test('malformed, hostile and huge bodies: a clear word each, and the server goes on', async () => {
  const odd = [Buffer.alloc(0), Buffer.from('{'), Buffer.from('[]'), Buffer.from('null'), Buffer.from('"x"'), Buffer.from('{"a":1,"a":2}'), Buffer.from('\xff\xfe{}', 'latin1'),
    Buffer.from('['.repeat(100000)), Buffer.from('{"persons":' + '['.repeat(5000) + ']'.repeat(5000) + '}'), Buffer.from(`{"persons":[{"psn_no":"${'9'.repeat(100000)}"}]}`),
    Buffer.from(JSON.stringify({ persons: [{ psn_no: "'; DROP TABLE caller; --", visits: [] }] })), Buffer.from(JSON.stringify({ ...draft, time: 'yesterday' })), Buffer.from(JSON.stringify({ ...draft, msgid: 'x'.repeat(1000) }))];
  for (const body of odd) {
    for (const what of ['pre', 'mid', 'feedback', 'upload']) {
      const { status, type } = await hospital.ask('POST', `/api/realtime/${what}`, body, { 'Content-Type': 'application/json' });
      assert.ok([400, 404, 413].includes(status), `${what} ${body.subarray(0, 40)}: ${status}`);
      assert.match(type, /problem\+json/);
    }
    for (const infno of ['3101', '2207']) {
      const { status, body: said } = await hospital.ask('POST', `/fsi/api/${infno}`, body, { 'Content-Type': 'application/json' });
      assert.equal(status, 200);
      assert.equal(said.infcode, -1);
      assert.match(said.err_msg, /^\[YJ\d{4}\]/);
    }
  }
  for (const infno of ['310', '31011', 'abcd', '..%2f', '3101B']) {
    assert.ok([400, 404].includes((await hospital.ask('POST', `/fsi/api/${infno}`, {})).status), infno);
  }
  const large = await hospital.ask('POST', '/api/realtime/mid', Buffer.alloc((32 << 20) + 1, 32), { 'Content-Type': 'application/json' }).then((one) => one.status, () => 'cut off');
  assert.ok(large === 413 || large === 'cut off', `${large}`);
  assert.equal((await (await fetch(`${stage.url}/healthz`)).json()).status, 'ok');
});

test('10,000 lines in one draft, and a person nobody knows', async () => {
  let told;
  for (let number = 0; number < 400 && !told?.answers[0].hits.length; number++) {
    draft = await auditor.get(`/api/realtime/example?moment=mid&number=${number}`);
    draft.persons[0].psn_no = 'NOBODY-KNOWS'; // so that no history helps the rules
    told = await hospital.post('/api/realtime/mid', draft);
  }
  const [visit] = draft.persons[0].visits;
  const lines = Array.from({ length: 10_000 }, (_, i) => ({ ...visit.lines[i % visit.lines.length], bkkp_sn: `${i}` }));
  const big = { time: draft.time, persons: [{ ...draft.persons[0], psn_no: 'NOBODY-KNOWS', visits: [{ ...visit, lines }] }] };
  const answer = await hospital.post('/api/realtime/mid', big);
  assert.equal(answer.answers[0].person, 'NOBODY-KNOWS');
  assert.ok(answer.answers[0].hits.length > 0 || answer.not_reached.length > 0, 'something was told, or the time ran out and it says so');
  const tooBig = { ...big, persons: [{ ...big.persons[0], visits: [{ ...visit, lines: [...lines, ...lines, lines[0]] }] }] };
  const { status, body } = await hospital.ask('POST', '/api/realtime/mid', tooBig);
  assert.deepEqual([status, body.code], [413, 'YJ3005']);
});

test('beyond its rate: 429 with Retry-After, and others are not disturbed', async () => {
  const { key: slow } = await operator.post('/api/callers', { institution: 'H50010166666', per_second: 1, burst: 2 });
  const caller = new Person(stage.url);
  caller.headers.Authorization = `Bearer ${slow}`;
  const statuses = [];
  let wait;
  for (let i = 0; i < 5; i++) {
    const { status, headers } = await caller.ask('POST', '/api/realtime/mid', draft);
    statuses.push(status);
    if (status === 429) wait = Number(headers['retry-after']);
  }
  assert.deepEqual(statuses.slice(0, 2), [200, 200]);
  assert.ok(statuses.includes(429) && wait >= 1, `${statuses} ${wait}`);
  await hospital.post('/api/realtime/mid', draft);
  caller.close();
});

test('keys: rotated, revoked, disabled', async () => {
  const institution = 'H50010155555';
  const { key: first, caller } = await operator.post('/api/callers', { institution });
  const ask = async (which) => (await new Person(stage.url).ask('POST', '/api/realtime/mid', draft, { Authorization: `Bearer ${which}` })).status;
  const { key: second } = await operator.post(`/api/callers/${institution}/key`);
  assert.deepEqual([await ask(first), await ask(second)], [200, 200], 'both for a day');
  assert.equal((await operator.ask('PATCH', `/api/callers/${institution}`, { version: caller.version, enabled: false })).status, 409, 'the key changed it meanwhile');
  await operator.patch(`/api/callers/${institution}`, { version: caller.version + 1, enabled: false });
  assert.equal(await ask(second), 401);
  await operator.patch(`/api/callers/${institution}`, { version: caller.version + 2, enabled: true });
  assert.equal((await operator.ask('DELETE', `/api/callers/${institution}/key`)).status, 204);
  assert.deepEqual([await ask(first), await ask(second)], [401, 401]);
  const { rows } = await operator.get('/api/trail?object_kind=caller');
  assert.ok(['caller.add', 'caller.key', 'caller.change', 'caller.revoke'].every((action) => rows.some((row) => row.action === action)));
  assert.equal(JSON.stringify(rows).includes(second), false);
});

test('packs are loaded again by a signal and by the route, and no request is lost', async () => {
  let over = false;
  const statuses = new Map();
  const ask = async () => {
    const caller = new Person(stage.url);
    caller.headers.Authorization = `Bearer ${key}`;
    while (!over) {
      const { status } = await caller.ask('POST', '/api/realtime/mid', draft);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    caller.close();
  };
  const askers = [ask(), ask(), ask()];
  const loadedAt = async () => (await auditor.get('/api/realtime/monitor')).packs.live.loaded_at;
  const before = await loadedAt();
  await new Promise((done) => setTimeout(done, 1100)); // the moment is told by the second
  stage.server.kill('SIGHUP');
  for (let tries = 0; tries < 200 && (await loadedAt()) === before; tries++) await new Promise((done) => setTimeout(done, 50));
  assert.notEqual(await loadedAt(), before, 'SIGHUP loaded them');
  await operator.post('/api/realtime/packs');
  over = true;
  await Promise.all(askers);
  assert.deepEqual([...statuses.keys()], [200]);
});

test('a server that is told to stop finishes what it began', async () => {
  const answers = [];
  const askers = Array.from({ length: 8 }, async () => {
    const caller = new Person(stage.url);
    caller.headers.Authorization = `Bearer ${key}`;
    try {
      for (;;) answers.push((await caller.ask('POST', '/api/realtime/mid', draft)).status);
    } catch (error) {
      // Gone between two requests; half an answer would be another error.
      assert.ok(['ECONNRESET', 'ECONNREFUSED', 'EPIPE'].includes(error.code) || error.message.includes('socket hang up'), error.message);
    }
    caller.close();
  });
  await new Promise((done) => setTimeout(done, 300));
  const { code: ended } = await stage.stop();
  await Promise.all(askers);
  assert.equal(ended, 0);
  // Whoever asks between the last answer and the end is told to come again, and loses his connection.
  const refused = answers.filter((status) => status !== 200);
  assert.ok(answers.length > refused.length && refused.length <= askers.length && refused.every((status) => status === 503), `${[...new Set(answers)]}`);
  await stage.start();
});

test('no timeline store: 503 with a word, and the rest of the workbench answers', async () => {
  const { lake } = stage.options;
  await stage.stop();
  const { timelines } = stage.options;
  stage.options.timelines = undefined;
  await stage.start();
  const person = await signIn(stage.url, 'auditor');
  const { status, body } = await person.ask('GET', '/api/realtime/monitor');
  assert.deepEqual([status, body.code], [503, 'no_timelines']);
  assert.equal((await new Person(stage.url).ask('POST', '/fsi/api/3101', {})).status, 503);
  await person.get('/api/clues');
  person.close();
  Object.assign(stage.options, { lake, timelines });
  await stage.restart();
});
