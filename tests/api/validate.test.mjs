// The checker itself: it must be able to fail, and the description must be one that can be checked at all.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, routeOf, validate } from './validate.mjs';

const area = { code: '500101', name: '万州区', parent: '500100', level: 'county' };
const areas = (body) => validate({ method: 'GET', path: '/api/areas', status: 200, type: 'application/json', body });

test('an answer that fits, and ones that do not', () => {
  assert.deepEqual(areas([area]), []);
  assert.notDeepEqual(areas([{ ...area, level: 'planet' }]), []);
  assert.notDeepEqual(areas([{ ...area, code: 7 }]), []);
  assert.notDeepEqual(areas({}), []);
  assert.notDeepEqual(areas(undefined), []);
});

test('routes, operations, statuses and types that are not described', () => {
  assert.notDeepEqual(validate({ method: 'GET', path: '/api/nothing', status: 200, body: {} }), []);
  assert.notDeepEqual(validate({ method: 'DELETE', path: '/api/areas', status: 200, body: [] }), []);
  assert.notDeepEqual(validate({ method: 'GET', path: '/api/areas', status: 299, body: [] }), []);
  assert.notDeepEqual(validate({ method: 'GET', path: '/api/areas', status: 200, type: 'text/html', body: [] }), []);
  assert.notDeepEqual(validate({ method: 'DELETE', path: '/api/session', status: 204, body: { a: 1 } }), []);
  assert.deepEqual(validate({ method: 'DELETE', path: '/api/session', status: 204, body: '' }), []);
});

test('refusals have one shape everywhere', () => {
  const problem = { type: 'urn:yijian:problem:forbidden', title: '无权操作', status: 403, code: 'forbidden', request_id: 'r1' };
  const refusal = (body) => validate({ method: 'GET', path: '/api/areas', status: 403, body });
  assert.deepEqual(refusal(problem), []);
  assert.notDeepEqual(refusal({ error: 'no' }), []);
});

test('plain text wins over a name', () => {
  for (const pattern of Object.keys(api.paths)) {
    const path = pattern.replaceAll(/\{[^}]+\}/g, 'x1');
    assert.equal(routeOf(path)?.pattern, pattern, path);
  }
});

test('every described JSON answer has a schema that compiles', () => {
  for (const [pattern, operations] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (operation.responses === undefined) continue;
      for (const status of Object.keys(operation.responses)) {
        validate({ method, path: pattern.replaceAll(/\{[^}]+\}/g, 'x1'), status: Number(status), body: {} });
      }
    }
  }
});
