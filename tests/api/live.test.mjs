// A live server's answers fit api/openapi.yaml: every GET that needs no id, asked by a person of every role.
// YIJIAN is the program. What is not mounted yet (404 with code not_found on the bare route) is listed, not hidden.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { lakeOf, program, yijian } from '../workbench/stage.mjs';
import { api, validate } from './validate.mjs';

const folder = mkdtempSync(join(tmpdir(), 'yijian-api-'));
const store = `sqlite:${join(folder, 'store.db')}`;
const roles = api.components.schemas.Role.enum;
const people = new Map();
let server;
let base;

async function ask(person, method, path, body) {
  const headers = {};
  if (person?.cookie) headers.cookie = person.cookie;
  if (person?.csrf && method !== 'GET') headers['x-csrf-token'] = person.csrf;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const answer = await fetch(base + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const type = answer.headers.get('content-type') ?? undefined;
  const text = await answer.text();
  const parsed = type?.includes('json') ? JSON.parse(text) : text === '' ? undefined : text;
  return { status: answer.status, type, body: parsed, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] };
}

async function fits(person, method, path, body) {
  const answer = await ask(person, method, path, body);
  assert.deepEqual(validate({ method, path, ...answer }), [], `${method} ${path}`);
  return answer;
}

before(async () => {
  for (const role of roles) {
    const add = ['users', 'add', role.replace('_', '.'), '--name', `人员 ${role}`, '--role', role, '--area', '500101',
      '--store', store];
    if (people.size === 0) add.push('--area-name', '万州区');
    if (role === 'institution') add.push('--institution', 'H1');
    const said = await yijian(...add);
    people.set(role, { login: role.replace('_', '.'), password: said.trim().split(/[：:]\s*/).at(-1) });
  }
  const lake = await lakeOf(300);
  const timelines = join(folder, 'timelines');
  await yijian('timelines', 'rebuild', '--lake', lake, '--store', timelines);
  server = spawn(program, ['serve', '--store', store, '--data', join(folder, 'data'), '--lake', lake, '--timelines', timelines,
    '--address', '127.0.0.1:0', '--web', join(folder, 'none')]);
  server.stderr.resume();
  const [line] = await once(server.stdout, 'data');
  base = String(line).match(/http:\/\/\S+/)[0];
  for (const [role, person] of people) {
    const { login, password } = person;
    const answer = await fits(undefined, 'POST', '/api/session', { login, password });
    assert.equal(answer.status, 200, `${role}: ${JSON.stringify(answer.body)}`);
    Object.assign(person, { cookie: answer.cookie, csrf: answer.body.csrf });
    const changed = await fits(person, 'POST', '/api/me/password', { old: password, new: `correct horse of ${role}` });
    assert.equal(changed.status, 204);
  }
});

after(async () => {
  if (server?.exitCode === null) {
    server.kill('SIGTERM');
    const [code] = await once(server, 'exit');
    assert.equal(code, 0);
  }
  rmSync(folder, { recursive: true, force: true });
});

// A value that fits a required query parameter.
const samples = { year: '2026', q: 'x', area: '500101' };

test('every GET without an id fits, for every role', async () => {
  const absent = new Set();
  let asked = 0;
  for (const [path, operations] of Object.entries(api.paths)) {
    if (path.includes('{') || operations.get === undefined || path === '/api/events') continue;
    const query = (operations.get.parameters ?? []).filter((each) => each.required && each.in === 'query');
    const known = query.every((each) => samples[each.name] !== undefined);
    const wanted = query.map((each) => `${each.name}=${samples[each.name] ?? 'x'}`).join('&');
    const full = wanted === '' ? path : `${path}?${wanted}`;
    for (const person of people.values()) {
      const answer = await ask(person, 'GET', full);
      if (answer.status === 404 && operations.get.responses['404'] === undefined) {
        absent.add(path);
        continue;
      }
      asked += 1;
      assert.ok(answer.status < 500, `${full}: ${answer.status} ${JSON.stringify(answer.body)}`);
      if (known) assert.notEqual(answer.status, 422, `${full}: ${JSON.stringify(answer.body)}`);
      assert.deepEqual(validate({ method: 'GET', path: full, ...answer }), [], `${full} as ${person.login}`);
    }
  }
  console.log(`asked ${asked}; not mounted: ${[...absent].join(' ') || 'nothing'}`);
  assert.ok(asked > 100);
});

test('refusals have the shape of a problem', async () => {
  const operator = people.get('operator');
  const nobody = await fits(undefined, 'GET', '/api/session');
  assert.equal(nobody.status, 204);
  assert.equal((await fits(undefined, 'GET', '/api/users')).status, 401);
  const auditor = await fits(people.get('auditor'), 'POST', '/api/users', {});
  assert.equal(auditor.status, 403);
  const bad = await fits(operator, 'POST', '/api/users', { login: 'UPPER CASE' });
  assert.equal(bad.status, 422);
  const without = await fits({ cookie: operator.cookie }, 'POST', '/api/me/totp', {});
  assert.equal(without.status, 403);
});

test('an operator at work', async () => {
  const operator = people.get('operator');
  const added = await fits(operator, 'POST', '/api/users', { login: 'new.one', name: '新人', roles: ['auditor'], area: '500101' });
  assert.equal(added.status, 201);
  const { id, version } = added.body.user;
  const changed = await fits(operator, 'PATCH', `/api/users/${id}`, { version, name: '新人二' });
  assert.equal(changed.status, 200);
  assert.equal((await fits(operator, 'PATCH', `/api/users/${id}`, { version, name: '晚了' })).status, 409);
  assert.equal((await fits(operator, 'POST', `/api/users/${id}/reset`)).status, 200);
  assert.equal((await fits(operator, 'POST', '/api/me/totp')).status, 200);
  assert.equal((await fits(operator, 'PUT', '/api/settings', { key: 'casework.answer_days', value: '12', reason: '本市协议' })).status, 200);
  assert.equal((await fits(operator, 'POST', '/api/trail/verify')).status, 200);
});
