// What must be refused: every operation by every role that may not do it; what lies in another area or belongs to another
// institution; hostile text in every field, every query and every id; uploads that are too large or not what they seem;
// requests that another site makes a browser send. Walks api/openapi.yaml, so that a new route is tested on the day it is
// described: it must be given its permission below.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { absentFrom, operations, pathOf, sampleOf, textsOf } from './interface.mjs';
import { Person, addPerson, signIn } from './person.mjs';
import { openStage } from './stage.mjs';
import { castOf, Story, steps } from './story.mjs';

// What each operation needs; `self`: anybody who is signed in, for what is his own.
const needs = {
  self: ['signOut', 'changePassword', 'beginTotp', 'confirmTotp', 'removeTotp', 'mySessions', 'revokeMySession', 'messages',
    'readMessage', 'areas', 'roles', 'holidays', 'events', 'home', 'search', 'colleagues', 'negativeList', 'matters', 'flows', 'settings',
    'filters', 'saveFilter', 'deleteFilter', 'evidence', 'addEvidence', 'deadlines'],
  'user.manage': ['users', 'addUser', 'changeUser', 'resetUser'],
  'area.manage': ['addArea', 'changeArea', 'removeArea'],
  'setting.change': ['setHolidays', 'changeSetting'],
  'flow.change': ['addFlowVersion'],
  'overview.read': ['overview', 'funnel'],
  'person.unmask': ['unmask', 'unmaskRealtimeRequest'],
  'clue.read': ['clues', 'clueBefore', 'samples', 'clue', 'clueSuspects', 'clueTimeline', 'relatedClues', 'clueHistory', 'clueEvidence', 'caseSuspects'],
  'clue.export': ['exportClues'],
  'clue.add': ['addClue'],
  'clue.work': ['takeNextClue', 'mergeClues', 'lockClue', 'unlockClue', 'giveVerdicts', 'snoozeClue', 'wakeClue', 'unmergeClue', 'splitClue', 'closeClue'],
  'clue.assign': ['assignClues'],
  'clue.sample': ['sampleClues'],
  'case.see': ['cases', 'case', 'caseHistory', 'opinions', 'opinion', 'appeals', 'decision', 'approvals', 'approval'],
  'case.open': ['openCase'],
  'case.convert': ['convertCase'],
  'case.team': ['setTeam', 'recuse'],
  'case.work': ['addTask'],
  'case.close': ['closeCase'],
  'task.work': ['tasks', 'task', 'saveTask', 'reportTask'],
  'opinion.issue': ['issueOpinion'],
  'opinion.review': ['reviewAnswer'],
  'opinion.answer': ['saveAnswer', 'submitAnswer', 'national3701', 'national3702', 'national3703', 'national3704'],
  'opinion.appeal': ['appeal'],
  'appeal.draw': ['drawExperts'],
  'appeal.vote': ['voteAppeal'],
  'decision.draft': ['sanctions', 'draftDecision', 'changeDecision', 'submitDecision', 'deliverDecision', 'deliverDocument'],
  'decision.reverse': ['reverseDecision'],
  'measure.execute': ['executeMeasure'],
  'approval.vote': ['vote'],
  'ledger.read': ['ledger', 'ledgerBalance', 'ledgerLine'],
  'document.read': ['documents', 'document', 'documentFile'],
  'document.make': ['makeDocument'],
  'selfcheck.start': ['startSelfChecks'],
  'selfcheck.answer': ['saveSelfCheck', 'submitSelfCheck'],
  'selfcheck.review': ['reviewSelfCheck'],
  'profile.read': ['institutions', 'institution'],
  'person.read': ['person', 'personTimeline'],
  'rule.read': ['rules', 'rule'],
  'trail.read': ['trail'],
  'trail.verify': ['verifyTrail'],
  'system.read': ['system'],
  'realtime.ask': ['askRealtime', 'askRealtimeBatch', 'realtimeExample'],
  'realtime.monitor': ['realtimeMonitor'],
  'realtime.report': ['realtimeAcceptance', 'exportAcceptance', 'realtimeOverrides', 'realtimeRequests', 'realtimeRequest'],
  'realtime.manage': ['reloadPacks', 'callers', 'addCaller', 'changeCaller', 'rotateCallerKey', 'revokeCallerKey'],
};
// Two permissions open these: the bureau's and the institution's own.
const either = { answerDocument: ['opinion.answer', 'decision.draft'], selfChecks: ['selfcheck.answer', 'selfcheck.review', 'case.see'], selfCheck: ['selfcheck.answer', 'selfcheck.review', 'case.see'] };

const needOf = Object.fromEntries(Object.entries(needs).flatMap(([permission, ids]) => ids.map((id) => [id, permission])));

let stage, story, ids, matrix;
const byRole = {};
const elsewhere = {}; // the same roles in an area where the story is not
let otherHospital;

before(async () => {
  stage = await openStage();
  story = new Story(await castOf(stage.url));
  for (const step of steps.slice(0, steps.indexOf('printPapers') + 1)) await story[step]();
  Object.assign(byRole, { auditor: story.auditor2, representative: story.representative, inspector: story.inspector, approver_1: story.approver1, approver_2: story.approver2,
    approver_3: story.approver3, approver_4: story.approver4, analyst: story.analyst, institution: story.hospital1, expert: story.expert1, operator: story.operator });
  const absent = await absentFrom(stage.url);
  if (absent.size > 0) console.log(`described, not answered by this build: ${[...absent].join(' ')}`);
  walked = walked.filter((one) => !absent.has(one.id));
  matrix = (await story.operator.get('/api/roles')).matrix;
  // A county of the same city where nothing of the story lies.
  const far = `${story.case.area.slice(0, 4)}98`;
  await stage.run('users', 'add', 'far.first', '--name', '外区', '--role', 'analyst', '--area', far, '--area-name', '合成外区', '--store', stage.store);
  for (const role of ['auditor', 'representative', 'inspector', 'approver_4', 'analyst', 'expert']) {
    elsewhere[role] = await addPerson(story.operator, { login: `far.${role.replace('_', '')}`, roles: [role], area: far });
  }
  otherHospital = await signIn(stage.url, 'hospital2');
  const suspects = await story.auditor.get(`/api/clues/${story.clue.id}/suspects`);
  await story.auditor.post('/api/self-checks', { title: '自查', institutions: [story.institution], due: '2030-01-02' });
  const check = (await story.hospital1.get('/api/self-checks')).rows[0];
  ids = {
    clues: story.clue.id, cases: story.case.id, tasks: story.task.id, opinions: story.opinion.id, appeals: story.appealed.id, decisions: story.decision.id,
    measures: story.decision.measures[0].id, approvals: story.approval.id, ledger: [...story.lines.keys()][0], documents: story.papers[0]?.id ?? 'w1', 'self-checks': check.id,
    institutions: story.institution, persons: suspects.rows[0].person, rules: [...story.lines.values()][0].rule, evidence: story.photo.id,
    users: story.auditor2.me.id, me: 's999999', filters: 'f999999',
  };
});
after(() => stage?.close());

// Bodies whose ids must be ids to be looked at; versions are 0, so that nothing is changed by who may.
const bodies = {
  openCase: () => ({ clues: [story.clue.id], title: '测试' }),
  mergeClues: () => ({ into: story.clue.id, clues: [story.clue.id], reason: '测试' }),
  splitClue: () => ({ suspects: ['s1'], reason: '测试', version: 0 }),
  giveVerdicts: () => ({ version: 0, verdicts: [{ all: true, verdict: 'refuted' }] }),
  setTeam: () => ({ handler: story.auditor.me.id, assistants: [], version: 0 }),
  recuse: () => ({ user: story.auditor.me.id, reason: '测试', version: 0 }),
  addTask: () => ({ kind: 'on_site', assignee: 'u999999', due: '2030-01-02' }),
  reviewAnswer: () => ({ version: 0, lines: [{ line: [...story.lines.keys()][0], review: 'drop' }] }),
  voteAppeal: () => ({ version: 0, lines: [{ line: [...story.lines.keys()][0], review: 'drop' }] }),
  appeal: () => ({ version: 0, lines: [[...story.lines.keys()][0]], reason: '测试测试' }),
  drawExperts: () => ({ count: 9, named: ['u999999'] }),
  assignClues: () => ({ how: 'to', clues: [], to: ['u999999'] }),
  sampleClues: () => ({ size: 1, seed: '测试测试', reason: '测试', filter: 'text=没有这样的线索' }),
  startSelfChecks: () => ({ title: '测试', institutions: ['无此机构'], due: '2030-01-02' }),
  makeDocument: () => ({ kind: 'decision', decision: 'd999999' }),
  unmask: () => ({ person: 'nobody', reason: '测试测试' }),
  addFlowVersion: () => ({ name: '测试', steps: [{ level: 4, role: 'auditor', rule: 'any', votes: 1 }], levels: [{ level: 4 }], reason: '测试' }),
  changeSetting: () => ({ key: 'no.such', value: '1', reason: '测试' }),
  setHolidays: () => ({ year: 1, days: [] }),
  addUser: () => ({ login: 'x'.repeat(41), name: '测', roles: ['auditor'], area: '999999' }),
  saveFilter: () => ({ name: '测试', query: '' }),
};
const queries = { holidays: '?year=2026', search: '?q=x', documentFile: '?format=html', addEvidence: () => `?object_kind=case&object_id=${story.case.id}&name=x` };

function requestOf(operation) {
  const kind = operation.path.split('/')[2];
  const query = queries[operation.id] ?? '';
  return {
    path: pathOf(operation, ids[kind] ?? 'x1') + (typeof query === 'function' ? query() : query),
    body: operation.binary ? Buffer.from('x') : operation.body && (bodies[operation.id]?.() ?? sampleOf(operation.body)),
  };
}
const answered = (path) => walked.some((one) => one.path === path.split('?')[0]);
const skipped = new Set(['signOut', 'events', 'changePassword', 'beginTotp', 'resetUser', 'verifyTrail', 'unlockClue', 'lockClue', 'takeNextClue']);
let walked = operations.filter((one) => !one.open);

test('nobody gets nothing', async () => {
  for (const operation of walked) {
    const nobody = new Person(stage.url);
    const { path, body } = requestOf(operation);
    const answer = await nobody.ask(operation.method, path, body);
    assert.equal(answer.status, 401, `${operation.method} ${path}`);
    nobody.close();
  }
});

test('every operation has its permission written down here', () => {
  const unknown = walked.filter((one) => needOf[one.id] === undefined && either[one.id] === undefined).map((one) => one.id);
  assert.deepEqual(unknown, []);
});

test('every role is refused what it may not do, and not refused what it may', async () => {
  const wrong = [];
  for (const operation of walked) {
    const permission = needOf[operation.id];
    if (permission === 'self') continue;
    for (const [role, person] of Object.entries(byRole)) {
      const may = (either[operation.id] ?? [permission]).some((one) => matrix[role].includes(one));
      if (may && skipped.has(operation.id)) continue; // would change what other tests look at
      const { path, body } = requestOf(operation);
      const { status, body: said } = await person.ask(operation.method, path, body);
      const refused = status === 403 || status === 404;
      const right = may ? !(status === 401 || (status === 403 && said.code === 'forbidden')) && status < 500 : refused;
      if (!right) wrong.push(`${role} ${operation.method} ${path}: ${status} ${JSON.stringify(said.code ?? '')}, may: ${may}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('another area: not there, for whoever it is', async () => {
  const wrong = [];
  const things = ['clues', 'cases', 'tasks', 'opinions', 'appeals', 'decisions', 'measures', 'approvals', 'ledger', 'documents', 'self-checks', 'persons', 'evidence', 'institutions'];
  for (const operation of walked.filter((one) => one.path.includes('{id}') && things.includes(one.path.split('/')[2]))) {
    for (const [role, person] of Object.entries(elsewhere)) {
      const { path, body } = requestOf(operation);
      const { status } = await person.ask(operation.method, path, body);
      const hidden = status === 404 || (status === 403 && !matrix[role].includes(needOf[operation.id]));
      if (!hidden) wrong.push(`${role} ${operation.method} ${path}: ${status}`);
    }
  }
  for (const path of ['/api/clues', '/api/cases', '/api/opinions', '/api/tasks?view=all', '/api/approvals?view=all', '/api/documents'].filter(answered)) {
    const { rows } = await elsewhere.auditor.get(path);
    const seen = rows.filter((row) => [story.clue.id, story.case.id, story.opinion.id, story.task.id, story.approval.id, story.papers[0]?.id].includes(row.id));
    if (seen.length) wrong.push(`${path} lists what lies elsewhere`);
  }
  const funnel = await elsewhere.auditor.get('/api/funnel');
  if (funnel.recovered_fen !== 0) wrong.push('the funnel counts the money of another area');
  assert.deepEqual(wrong, []);
});

test('another institution: not there', async () => {
  const wrong = [];
  for (const operation of walked.filter((one) => one.path.includes('{id}') && matrix.institution.includes(needOf[one.id] ?? either[one.id]?.[0]))) {
    const { path, body } = requestOf(operation);
    const { status } = await otherHospital.ask(operation.method, path, body);
    if (status !== 404) wrong.push(`${operation.method} ${path}: ${status}`);
  }
  for (const path of ['/api/opinions', '/api/self-checks', '/api/documents', '/api/cases'].filter(answered)) {
    const { total } = await otherHospital.get(path);
    if (total !== 0) wrong.push(`${path}: ${total} rows of others`);
  }
  assert.deepEqual(wrong, []);
});

const hostile = ['<img src=x onerror=alert(1)>', `'; DROP TABLE clue; --`, `%' OR '1'='1`, '" OR 1=1 --', '../../../../etc/passwd', '{{7*7}}${7*7}',
  '\u202e\u0000', '\ud800', '%00', '🙂'.repeat(40), '-1', '9'.repeat(30), 'NaN', '[]', '\r\nSet-Cookie: a=b'];

// In every query: an answer, never an accident; and nothing more than honest text would find.
test('hostile queries', async () => {
  const wrong = [];
  for (const operation of walked.filter((one) => one.method === 'GET' && one.id !== 'events')) {
    const person = ['users', 'system', 'trail'].includes(operation.id) ? story.operator : story.auditor;
    for (const { name } of operation.params.filter((param) => param.in === 'query')) {
      for (const text of hostile) {
        const { path } = requestOf(operation);
        const mark = path.includes('?') ? '&' : '?';
        const { status, body, headers } = await person.ask('GET', `${path}${mark}${name}=${encodeURIComponent(text.toWellFormed?.() ?? text.replace('\ud800', '%ED%A0%80'))}`);
        if (status >= 500 || headers['set-cookie']) wrong.push(`${path} ${name}=${text}: ${status}`);
        if (status === 200 && name === 'text' && text.includes('OR') && !Buffer.isBuffer(body) && (body.total ?? body.length) > 0) wrong.push(`${path} ${name}=${text}: finds ${body.total}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test('hostile ids and paths', async () => {
  const wrong = [];
  const texts = ['..%2f..%2fetc%2fpasswd', '%2e%2e', 'c1%27%20OR%20%271%27=%271', 'c1;DROP%20TABLE%20clue', '%00', 'c-1', 'c0', `c${'9'.repeat(30)}`, 'c1%0a', 'C1', 'x'.repeat(5000), '%ff%fe', '<script>'];
  for (const operation of walked.filter((one) => one.path.includes('{id}'))) {
    for (const text of texts) {
      const { body } = requestOf(operation);
      const { status } = await story.auditor.ask(operation.method, operation.path.replace('{id}', text), body);
      if (![400, 403, 404, 405, 414, 422, 431].includes(status)) wrong.push(`${operation.method} ${operation.path} ${text.slice(0, 30)}: ${status}`);
    }
  }
  for (const path of ['/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%2f..%2fetc/passwd', '/assets/%00', '//etc/passwd', '/.git/config']) {
    const { status, body } = await story.auditor.ask('GET', path);
    if (String(body).includes('root:') || ![200, 400, 404].includes(status)) wrong.push(`${path}: ${status}`);
  }
  assert.deepEqual(wrong, []);
});

test('hostile text in every field: refused with the field, or kept as text', async () => {
  const wrong = [];
  for (const operation of walked.filter((one) => one.body && !skipped.has(one.id))) {
    const { path, body } = requestOf(operation);
    const people = [story.auditor, story.operator, story.approver4, story.hospital1, story.expert1];
    const permission = needOf[operation.id];
    const person = permission === 'self' ? story.auditor : people.find((one) => one.me.permissions.includes(permission)) ?? story.auditor;
    for (const field of textsOf(operation.body, body)) {
      for (const text of hostile) {
        const answer = await person.ask(operation.method, path, field.with(text));
        if (answer.status >= 500) wrong.push(`${operation.method} ${path} ${field.name}=${text}: ${answer.status}`);
        if (answer.status >= 400 && !answer.type?.startsWith('application/problem+json')) wrong.push(`${path}: ${answer.type}`);
      }
      const long = await person.ask(operation.method, path, field.with('长'.repeat(30_000)));
      if (long.status < 400 || long.status >= 500) wrong.push(`${operation.method} ${path} ${field.name}: 30000 characters: ${long.status}`);
    }
    for (const [what, odd] of [['a list', []], ['null', null], ['deep', JSON.parse('['.repeat(200) + ']'.repeat(200))], ['extra', { ...body, unknown_field: 1 }]]) {
      const { status } = await person.ask(operation.method, path, odd);
      if (status >= 500 || status < 400) wrong.push(`${operation.method} ${path} with ${what}: ${status}`);
    }
    const broken = await person.ask(operation.method, path, Buffer.from('{"a": '), { 'Content-Type': 'application/json' });
    if (broken.status >= 500 || broken.status < 400) wrong.push(`${operation.method} ${path} with half a JSON: ${broken.status}`);
  }
  assert.deepEqual(wrong, []);
});

test('text comes back as it went in', async () => {
  const title = `<script>alert(1)</script>'"; DROP TABLE clue; --`;
  const clue = await story.auditor.post('/api/clues', { source: 'report', title, text: '<img src=x onerror=alert(1)>', source_note: '</script><svg onload=alert(1)>', subject_kind: 'institution', institution: story.institution, subject: story.institution });
  assert.equal(clue.title, title);
  const { body, headers } = await story.auditor.ask('GET', `/api/clues/${clue.id}`);
  assert.equal(body.title, title);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  const page = await story.auditor.ask('GET', '/');
  assert.match(page.headers['content-security-policy'], /default-src 'self'|script-src 'self'/);
  assert.doesNotMatch(page.headers['content-security-policy'].match(/script-src[^;]*/)?.[0] ?? '', /unsafe-inline|unsafe-eval/);
});

test('uploads: too large, not what they say, names that climb', async () => {
  const { auditor } = story;
  const to = (name) => `/api/evidence?${new URLSearchParams({ object_kind: 'case', object_id: story.case.id, name })}`;
  const bomb = gzipSync(Buffer.alloc(64 << 20));
  const kept = await auditor.post(to('bomb.gz'), bomb);
  assert.equal(kept.bytes, bomb.length, 'nobody unpacked it');
  for (const name of ['../../../etc/cron.d/x', 'a\u0000b.png', 'x\r\nSet-Cookie: a=b', '<svg onload=alert(1)>.svg', '..', 'con.exe']) {
    const answer = await auditor.ask('POST', to(name), Buffer.from(`<script>alert(1)</script> ${name}`));
    assert.ok([201, 400, 422].includes(answer.status), `${name}: ${answer.status}`);
    if (answer.status !== 201) continue;
    assert.doesNotMatch(answer.body.name, /[/\\\r\n\0]/);
    const back = await auditor.ask('GET', `/api/evidence/${answer.body.id}`);
    assert.equal(back.status, 200);
    assert.match(back.headers['content-disposition'], /^attachment/);
    assert.equal(back.headers['x-content-type-options'], 'nosniff');
    assert.doesNotMatch(back.headers['content-type'], /html|svg|javascript/);
    assert.equal(back.headers['set-cookie'], undefined);
  }
  // The length alone is enough to refuse: the bytes are never read.
  const large = await new Promise((resolve) => {
    const answer = auditor.ask('POST', to('large.bin'), Buffer.alloc((100 << 20) + 1));
    answer.then((one) => resolve(one.status), () => resolve('cut off'));
  });
  assert.ok(large === 413 || large === 'cut off', `101 MB: ${large}`);
  const bodyBomb = await auditor.ask('POST', `/api/clues/${story.clue.id}/verdicts`, gzipSync(Buffer.alloc(32 << 20)), { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' });
  assert.ok([400, 413, 415, 422].includes(bodyBomb.status), `gzip body: ${bodyBomb.status}`);
  assert.equal((await auditor.get('/healthz')).status, 'ok');
});

test('another site cannot act in my name', async () => {
  const { auditor } = story;
  const csrf = auditor.csrf;
  try {
    for (const token of ['', 'x', story.inspector.csrf]) {
      auditor.csrf = token;
      const answer = await auditor.ask('POST', '/api/filters', { name: '伪造', query: '' });
      assert.equal(answer.status, 403, `token '${token}'`);
    }
  } finally {
    auditor.csrf = csrf;
  }
  const form = await auditor.ask('POST', '/api/filters', Buffer.from('name=x&query='), { 'Content-Type': 'application/x-www-form-urlencoded' });
  assert.ok([400, 415, 422].includes(form.status), `a form: ${form.status}`);
  const { headers } = await auditor.ask('GET', '/api/session', undefined, { Origin: 'https://elsewhere.example' });
  assert.equal(headers['access-control-allow-origin'], undefined);
});

// An open answer is asked nothing a second time: it must end by itself with the session it was asked in. Without that it stays open
// for good, which the time limit finds.
test('event streams end with the session', { timeout: 60_000 }, async () => {
  const { operator } = story;
  const far = elsewhere.auditor.me.area.code;
  let count = 0;
  const newcomer = (area = story.case.area) => addPerson(operator, { login: `hears.${count++}`, roles: ['auditor'], area });
  const change = async (person, what) => {
    const { version } = (await operator.get(`/api/users?text=${person.login}`)).rows[0];
    await operator.patch(`/api/users/${person.me.id}`, { version, ...what });
  };
  const ends = {
    'disabled': (person) => change(person, { status: 'disabled' }),
    'reset': (person) => operator.post(`/api/users/${person.me.id}/reset`),
    'other roles': (person) => change(person, { roles: ['expert'] }),
    'moved': (person) => change(person, { area: far }),
    'signed out': (person) => person.delete('/api/session'),
    'revoked from another browser': async (person) => {
      const browser = await signIn(stage.url, person.login, person.password);
      for (const { id, current } of await browser.get('/api/me/sessions')) if (!current) await browser.delete(`/api/me/sessions/${id}`);
      browser.close();
    },
  };
  const stays = await (await newcomer()).listen();
  for (const [how, end] of Object.entries(ends)) {
    const person = await newcomer();
    const stream = await person.listen();
    await end(person);
    await stream.ended;
    await assert.rejects(person.listen(), /401/, how);
    person.close();
  }
  // Another server on the same store, whom nobody tells.
  const second = await openStage({ made: stage.store, persons: 0 });
  try {
    const person = await newcomer();
    const there = await signIn(second.url, person.login, person.password);
    const stream = await there.listen();
    await change(person, { status: 'disabled' });
    await stream.ended;
    // Requests may know the session for a moment longer; a stream does not.
    const late = await there.listen().catch(() => undefined);
    await late?.ended;
    there.close();
  } finally {
    await second.close();
  }
  let ended = false;
  stays.ended.then(() => (ended = true));
  await operator.get('/healthz');
  assert.equal(ended, false, 'the stream of somebody else');
  stays.close();
});

test('after all that: the ledger reconciles and the trail is whole', async () => {
  assert.equal((await story.auditor.get('/api/funnel')).reconciled, true);
  assert.equal((await story.operator.post('/api/trail/verify')).ok, true);
});
