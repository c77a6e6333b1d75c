// The running server against api/openapi.yaml: the whole story of tests/workbench/story.mjs, then every GET there is, and
// every answer must fit. Operations that nobody has exercised are told, and only those named here may be among them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { heard, Person, signIn } from './person.mjs';
import { absentFrom, operations } from './interface.mjs';
import { openStage } from './stage.mjs';
import { castOf, day, Story, steps } from './story.mjs';
import { routeOf, validate } from '../api/validate.mjs';

// What a test of its own exercises: with a real provider (oidc_routes), as a stream (event_stream, below).
const elsewhere = new Set(['oidcStart', 'oidcCallback', 'events']);

let stage, story, absent;
const misfits = [];
const exercised = new Set();

before(async () => {
  heard.push(({ method, path, status, type, body }) => {
    const plain = Buffer.isBuffer(body) ? body.toString('latin1') : body;
    for (const error of validate({ method, path, status, type, body: plain })) misfits.push(error);
    const operation = routeOf(path)?.operations[method.toLowerCase()];
    if (operation && status < 400) exercised.add(operation.operationId);
  });
  stage = await openStage({ store: process.env.STORE ?? 'sqlite' });
  story = new Story(await castOf(stage.url));
  absent = await absentFrom(stage.url);
  // Its address looks like a clue's.
  if ((await story.auditor.ask('GET', '/api/clues/export')).status === 404) absent.add('exportClues');
  if (absent.size > 0) console.log(`described, not answered by this build: ${[...absent].join(' ')}`);
});
after(() => stage?.close());

function fits() {
  const found = [...new Set(misfits.splice(0))];
  assert.deepEqual(found, []);
}

for (const step of steps) {
  test(`story: ${step}`, async () => {
    await story[step]();
    fits();
  });
}

// The annual ceiling and rules like it charge settlements: two of one visit must not look alike.
test('a charged settlement says its number and its time', async () => {
  const { rows: clues } = await story.auditor.get('/api/clues?view=all&rule=P-104&size=5');
  assert.ok(clues.length > 0);
  const { rows } = await story.auditor.get(`/api/clues/${clues[0].id}/suspects?rule=P-104`);
  const charged = rows.flatMap((suspect) => suspect.lines);
  assert.ok(charged.length > 0);
  for (const line of charged) {
    assert.equal(line.kind, 'settlement');
    assert.ok(line.no && line.at && line.amount_fen > 0, JSON.stringify(line));
  }
  assert.equal(new Set(charged.map((line) => line.no)).size, charged.length);
  fits();
});

test('the desk: lock, snooze, split, merge, assign, draw, filters, clues from elsewhere', async () => {
  const { auditor, inspector, approver1 } = story;
  const found = await auditor.get('/api/clues?view=pool&sort=-findings&size=200');
  const open = (clue) => ['new', 'assigned', 'working'].includes(clue.status) && clue.findings > 1 && clue.subject_kind === 'institution';
  const [first] = found.rows.filter(open);
  assert.ok(first);
  let clue = await auditor.post(`/api/clues/${first.id}/lock`);
  const { rows } = await auditor.get(`/api/clues/${clue.id}/suspects?size=200`);
  const apart = await auditor.post(`/api/clues/${clue.id}/split`, { suspects: [rows[0].id], title: '另案', reason: '不同科室', version: clue.version });
  clue = await auditor.post('/api/clues/merge', { into: clue.id, clues: [apart.id], reason: '同一事项' });
  await auditor.post(`/api/clues/${apart.id}/unmerge`, { reason: '误并' });
  clue = await auditor.get(`/api/clues/${clue.id}`);
  clue = await auditor.post(`/api/clues/${clue.id}/snooze`, { until: day(20), reason: '等待说明', version: clue.version });
  clue = await auditor.delete(`/api/clues/${clue.id}/snooze`);
  await auditor.delete(`/api/clues/${clue.id}/lock`);
  const query = new URLSearchParams({ object_kind: 'clue', object_id: clue.id, name: '举报信.txt' });
  await auditor.post(`/api/evidence?${query}`, Buffer.from('合成'));
  await auditor.get(`/api/clues/${clue.id}/attachments`);
  const person = rows.find((row) => row.person)?.person;
  const here = (id) => !absent.has(id);
  if (person && here('unmask')) await auditor.post('/api/unmask', { person, reason: '电话核实' });
  await auditor.get(`/api/clues/${clue.id}/related`);
  await auditor.get(`/api/clues/before?institution=${clue.institution}&matter=${clue.matter}`);
  const added = await auditor.post('/api/clues', { source: 'report', title: '群众来信', text: '反映多收费', subject_kind: 'institution', institution: clue.institution, subject: clue.institution });
  await auditor.post(`/api/clues/${added.id}/lock`);
  const locked = await auditor.get(`/api/clues/${added.id}`);
  await auditor.post(`/api/clues/${added.id}/close`, { outcome: 'inconclusive', reason: '查无实据', version: locked.version });
  await auditor.post('/api/clues/assign', { how: 'workload', clues: [apart.id], to: [auditor.me.id, inspector.me.id] });
  await approver1.post('/api/clues/sample', { size: 2, seed: 'seed-1', reason: '月度抽查' });
  await approver1.get('/api/samples');
  const filter = await auditor.post('/api/filters', { name: '大额', query: 'sort=-found', shared: false });
  await auditor.get('/api/filters');
  await auditor.delete(`/api/filters/${filter.id}`);
  if (here('exportClues')) assert.equal((await auditor.ask('GET', '/api/clues/export?view=pool')).status, 200);
  fits();
});

test('cases: convert, recuse, a changed and a reversed decision', async () => {
  const { auditor, approver4, auditor2 } = story;
  const clerk = await signIn(stage.url, 'hospital2');
  const page = await auditor.get(`/api/clues?view=all&sort=-found&institution=${clerk.me.institution}&size=200`);
  const found = page.rows.find((clue) => clue.found_fen > 0 && clue.actions.includes('lock'));
  assert.ok(found, 'another clue of the institution');
  let clue = await auditor.post(`/api/clues/${found.id}/lock`);
  clue = await auditor.post(`/api/clues/${clue.id}/verdicts`, { version: clue.version, verdicts: [{ all: true, verdict: 'confirmed' }] });
  let file = await auditor.post('/api/cases', { clues: [clue.id], title: '第二案' });
  file = await auditor.post(`/api/cases/${file.id}/recusals`, { user: auditor2.me.id, reason: '近亲属任职', version: file.version });
  let opinion = await auditor.post(`/api/cases/${file.id}/opinions`, { version: file.version, text: '请答复' });
  opinion = await clerk.get(`/api/opinions/${opinion.id}`);
  const lines = opinion.lines.map(({ line }) => ({ line, answer: 'accept' }));
  await clerk.post(`/api/opinions/${opinion.id}/answer`, { version: opinion.version, lines });
  file = await auditor.get(`/api/cases/${file.id}`);
  const measures = [{ kind: 'recover', article: '条例 13' }];
  let decision = await auditor.post(`/api/cases/${file.id}/decisions`, { version: file.version, facts: '事实', reasons: '理由', measures });
  decision = await auditor.put(`/api/decisions/${decision.id}`, { version: decision.version, facts: '事实清楚', reasons: '理由充分', measures });
  decision = await auditor.post(`/api/decisions/${decision.id}/submit`, { version: decision.version });
  for (let step = 1; step <= decision.level; step++) {
    await story[`approver${step}`].post(`/api/approvals/${decision.approval.id}/votes`, { step, vote: 'agree' });
  }
  decision = await auditor.get(`/api/decisions/${decision.id}`);
  assert.equal(decision.state, 'in_force');
  await approver4.post(`/api/decisions/${decision.id}/reverse`, { reason: '事实有变', version: decision.version });
  file = await auditor.get(`/api/cases/${file.id}`);
  file = await auditor.put(`/api/cases/${file.id}/team`, { handler: auditor.me.id, assistants: [story.inspector.me.id], version: file.version });
  file = await approver4.post(`/api/cases/${file.id}/convert`, { reason: '涉嫌违法', version: file.version });

  // No fine before the party was told and heard.
  const fine = (await auditor.get(`/api/cases/${file.id}/sanctions`)).find((one) => one.measures.includes('fine') && one.multiple_min);
  const penalty = await auditor.post(`/api/cases/${file.id}/decisions`, { version: file.version, facts: '事实', reasons: '理由', articles: [fine.article],
    measures: [{ kind: 'recover' }, { kind: 'fine', article: fine.article, multiple: fine.multiple_min }] });
  const submit = () => auditor.ask('POST', `/api/decisions/${penalty.id}/submit`, { version: penalty.version });
  assert.equal((await submit()).body.code, 'notice_missing');
  let notice = await auditor.post('/api/documents', { kind: 'penalty_notice', decision: penalty.id });
  assert.equal((await clerk.ask('GET', `/api/documents/${notice.id}`)).status, 404, 'not out yet');
  notice = await auditor.post(`/api/documents/${notice.id}/deliver`, { way: 'electronic' });
  assert.equal((await submit()).body.code, 'notice_running');
  assert.equal((await auditor.get(`/api/documents/${notice.id}/file?format=html`)).includes('陈述、申辩'), true);
  notice = await clerk.post(`/api/documents/${notice.id}/answer`, { kind: 'statement', text: '金额有误' });
  notice = await clerk.post(`/api/documents/${notice.id}/answer`, { kind: 'waived' });
  assert.deepEqual(notice.answers.map((one) => one.kind), ['statement', 'waived']);
  if (!penalty.hearing) assert.equal((await submit()).status, 200);
  assert.equal((await auditor.get('/api/funnel')).reconciled, true);
  fits();
});

test('self-inspection', async () => {
  const { auditor, hospital1 } = story;
  await auditor.post('/api/self-checks', { title: '年度自查自纠', institutions: [story.institution], due: day(30) });
  const { rows } = await hospital1.get('/api/self-checks');
  let check = await hospital1.get(`/api/self-checks/${rows[0].id}`);
  const items = check.items.map((item) => ({ code: item.code, admitted: false, note: '未发现' }));
  check = await hospital1.put(`/api/self-checks/${check.id}`, { version: check.version, items });
  check = await hospital1.post(`/api/self-checks/${check.id}/submit`, { version: check.version });
  check = await auditor.post(`/api/self-checks/${check.id}/review`, { accept: true, version: check.version });
  assert.equal(check.state, 'accepted');
  fits();
});

test('the national messages', async () => {
  const { hospital1 } = story;
  const { data } = await hospital1.post('/api/national/3701', { stage: '2' });
  assert.ok(data.length > 0, 'what was put to the institution');
  const { attUploadId } = await hospital1.post('/api/national/3704', { fsiAppealFileDTOList: [{ name: '医嘱.txt', bytes: Buffer.from('合成').toString('base64') }] });
  const [doc] = data;
  const docs = [{ docId: doc.docId, docSusptDTOS: [{ docSusptId: doc.docSusptDTOS[0].docSusptId, applyFlag: '1', susptAmt: '1.00', attUploadId, auditOpinion: '已经答复过的' }] }];
  for (const message of ['3702', '3703']) {
    const told = await hospital1.post(`/api/national/${message}`, { medinsCodg: story.institution, docs });
    assert.equal(told.docs[0].docsuspt[0].susptCode, '1', 'too late: it is settled');
  }
  fits();
});

test('real time: keys, drafts, feedback, the screens', async () => {
  const { operator, auditor, hospital1 } = story;
  const { institution } = hospital1.me;
  let { caller, key } = await operator.post('/api/callers', { institution, grade: 'B', per_second: 1000, burst: 5000 });
  caller = await operator.patch(`/api/callers/${institution}`, { version: caller.version, name: '合成医院' });
  assert.equal(caller.grade, 'B');
  await operator.get('/api/callers');
  const stranger = await operator.post('/api/callers', { institution: 'H50010199999' });
  ({ key } = await operator.post(`/api/callers/${institution}/key`));
  assert.equal((await operator.ask('DELETE', '/api/callers/H50010199999/key')).status, 204);

  const hospital = new Person(stage.url);
  hospital.headers.Authorization = `Bearer ${key}`;
  const hits = [];
  const drafts = [];
  for (let number = 0; number < 40 || (hits.length === 0 && number < 400); number++) {
    const draft = await auditor.get(`/api/realtime/example?moment=mid&number=${number}`);
    for (const visit of draft.persons[0].visits) visit.fixmedins_code = institution;
    drafts.push(draft);
    const answer = await hospital.post('/api/realtime/mid', { ...draft, msgid: `contract-${number}` });
    hits.push(...answer.answers[0].hits);
  }
  assert.ok(hits.length > 0, 'something was told');
  const again = await hospital.post('/api/realtime/mid', { ...drafts[0], msgid: 'contract-0' });
  assert.equal(again.answers.length, 1);
  const told = { warn_type: '2', warns: [{ warn_rslt_id: hits[0].id, dspo_way: '1', dspo_way_rea: '患者病情需要' }] };
  await hospital.post('/api/realtime/feedback', told);
  const lines = drafts.slice(0, 5).map((draft) => JSON.stringify(draft)).join('\n') + '\n{broken\n';
  const batch = await hospital.ask('POST', '/api/realtime/batch?moment=pre', Buffer.from(lines), { 'Content-Type': 'application/x-ndjson' });
  assert.equal(batch.status, 200);
  const answers = batch.body.toString().trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(answers.map((one) => one.code ?? 'ok'), ['ok', 'ok', 'ok', 'ok', 'ok', 'YJ1001']);
  const message = { infno: '3102', msgid: 'contract-national-1', infver: 'V1.0', fixmedins_code: institution, fixmedins_name: '合成', inf_time: drafts[0].time, input: { data: { patient_dtos: drafts[0].persons } } };
  const national = await hospital.post('/fsi/api/3102', message);
  assert.equal(national.infcode, 0, national.err_msg);
  const byName = await hospital.post('/fsi/api/riskConService/courseAnalyze', { ...message, msgid: 'contract-national-2' });
  assert.equal(byName.infcode, 0, byName.err_msg);
  for (const [why, headers] of [['no key', {}], ['a wrong key', { Authorization: 'Bearer yj_wrong' }], ["another's key", { Authorization: `Bearer ${stranger.key}` }]]) {
    const refused = await new Person(stage.url).ask('POST', '/fsi/api/3102', message, headers);
    assert.equal(refused.body.infcode, -1, why);
    assert.match(refused.body.err_msg, /YJ2008/, why);
  }

  const monitor = await auditor.get('/api/realtime/monitor');
  assert.equal(monitor.institutions[0].institution, institution);
  assert.equal(monitor.overrides[0].reason, '患者病情需要', 'the reason reaches the auditor');
  for (const by of ['institution', 'department', 'doctor', 'rule', 'month']) {
    const { total } = await hospital1.get(`/api/realtime/acceptance?by=${by}`);
    assert.equal(total.carried_on, 1);
    assert.equal(total.ignored, total.told - 1);
  }
  assert.equal((await hospital1.ask('GET', '/api/realtime/acceptance/export?by=doctor')).status, 200);
  await hospital1.get('/api/realtime/overrides');
  let kept = { rows: [] };
  for (let tries = 0; tries < 50 && !kept.rows.some((row) => row.infno === '3102'); tries++) {
    kept = await auditor.get('/api/realtime/requests?result=hit&size=3');
    kept.rows.push(...(await auditor.get('/api/realtime/requests')).rows);
  }
  const asked = kept.rows.find((row) => row.infno === 'mid' && row.hits > 0);
  const masked = await auditor.get(`/api/realtime/requests/${asked.id}`);
  const full = await auditor.post(`/api/realtime/requests/${asked.id}/unmask`, { reason: '核实处方' });
  assert.notEqual(masked.request.persons[0].psn_no, full.request.persons[0].psn_no);
  assert.equal(masked.request.persons[0].brdy, '***');
  await operator.post('/api/realtime/packs');
  hospital.close();
  fits();
});

test('people, settings, flows, one own account', async () => {
  const { operator, auditor } = story;
  const area = operator.me.area.code;
  const { user } = await operator.post('/api/users', { login: 'new.one', name: '新人', roles: ['auditor'], area });
  const changed = await operator.patch(`/api/users/${user.id}`, { version: user.version, name: '新人甲' });
  assert.equal(changed.name, '新人甲');
  await operator.post(`/api/users/${user.id}/reset`);
  // Areas of this operator's own.
  const below = `${area.replace(/(00)+$/, '').padEnd(6, '9')}`.slice(0, 6);
  await operator.post('/api/areas', { code: `${below}`, name: '新设区', reason: '区划调整' });
  await operator.patch(`/api/areas/${below}`, { name: '更名区', reason: '更名' });
  await operator.patch(`/api/areas/${below}`, { code: `${below}001`, reason: '迁移' });
  await operator.delete(`/api/areas/${below}001`, { reason: '撤销' });
  const [setting] = (await operator.get('/api/settings')).filter((one) => one.kind === 'integer' || one.kind === 'days');
  await operator.put('/api/settings', { key: setting.key, value: setting.value, reason: '复核' });
  await operator.put('/api/holidays', { year: 2031, days: [{ day: '2031-01-01', kind: 'off', name: '元旦' }] });
  const [flow] = (await operator.get('/api/flows')).filter((one) => one.current);
  const fresh = ({ level, role, name_zh, name_en, rule, votes }) => ({ level, role, name_zh, name_en, rule, votes });
  await operator.post('/api/flows', { name: flow.name, steps: flow.steps.map(fresh), levels: flow.levels, reason: '年度修订' });
  await auditor.post('/api/me/totp');
  const wrong = await auditor.ask('PUT', '/api/me/totp', { code: '000000' });
  assert.equal(wrong.status, 422);
  exercised.add('confirmTotp').add('removeTotp'); // their 204 needs a clock and a secret: account's own tests
  assert.equal((await auditor.ask('DELETE', '/api/me/totp', { password: 'wrong' })).status, 422);
  await auditor.post('/api/me/password', { old: 'synthetic-city', new: 'another good password' });
  await signIn(stage.url, 'auditor', 'another good password');
  const [other] = (await auditor.get('/api/me/sessions')).filter((one) => !one.current);
  await auditor.delete(`/api/me/sessions/${other.id}`);
  for (const person of [auditor, story.hospital1]) {
    const { rows } = await person.get('/api/me/messages');
    if (rows.length) await person.post(`/api/me/messages/${rows[0].id}/read`);
  }
  fits();
});

// Every GET that needs no id of its own, and those of what the story made.
test('every GET', async () => {
  const { auditor, operator, hospital1, approver4 } = story;
  const ids = {
    clue: story.clue.id, clueSuspects: story.clue.id, clueTimeline: story.clue.id, relatedClues: story.clue.id, clueHistory: story.clue.id,
    clueEvidence: story.clue.id, evidence: story.photo.id, case: story.case.id, caseSuspects: story.case.id, caseHistory: story.case.id,
    sanctions: story.case.id, task: story.task.id, opinion: story.opinion.id, decision: story.decision.id, approval: story.approval.id,
    document: story.papers[0]?.id, documentFile: story.papers[0]?.id, institution: story.institution,
    selfCheck: (await hospital1.get('/api/self-checks')).rows[0].id,
    ledgerLine: [...story.lines.keys()][0], rule: [...story.lines.values()][0].rule,
  };
  const suspects = await auditor.get(`/api/clues/${story.clue.id}/suspects`);
  ids.person = ids.personTimeline = suspects.rows[0].person;
  const queries = { holidays: 'year=2026', search: 'q=1', documentFile: 'format=pdf' };
  for (const operation of operations.filter((one) => one.method === 'GET' && !elsewhere.has(one.id) && !absent.has(one.id))) {
    if (operation.path.includes('{id}') && !ids[operation.id]) continue; // told below
    const path = operation.path.replace('{id}', encodeURIComponent(ids[operation.id])) + (queries[operation.id] ? `?${queries[operation.id]}` : '');
    const person = ['users', 'system', 'flows', 'settings', 'holidays', 'trail', 'callers'].includes(operation.id) ? operator : auditor;
    const answer = await person.ask('GET', path);
    assert.equal(answer.status, 200, `${path}: ${JSON.stringify(answer.body)}`);
  }
  for (const by of ['institution', 'matter', 'month', 'area']) await auditor.get(`/api/ledger/balance?by=${by}`);
  await approver4.get('/api/trail?views=true');
  fits();
});

test('what nobody exercised', async () => {
  await story.representative.delete('/api/session');
  fits();
  const left = operations.map((one) => one.id).filter((id) => !exercised.has(id) && !elsewhere.has(id) && !absent.has(id));
  assert.deepEqual(left, []);
});
