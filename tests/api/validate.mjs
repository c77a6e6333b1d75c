// Does an answer fit api/openapi.yaml?
//
//   import { validate } from '../api/validate.mjs';
//   const errors = validate({ method: 'GET', path: '/api/clues?page=1', status: 200, type: 'application/json', body });
//
// errors: texts, empty when it fits. A path or status that the file does not name is an error; so is a body where none
// is described, or none where one is. Bodies are parsed JSON; other types (PDF, CSV, events) are only checked by name.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

const file = fileURLToPath(new URL('../../api/openapi.yaml', import.meta.url));
export const api = parse(readFileSync(file, 'utf8'));

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger });
ajv.addSchema(api, 'api');

const routes = Object.entries(api.paths).map(([pattern, operations]) => ({
  pattern,
  operations,
  names: (pattern.match(/\{/g) ?? []).length,
  test: new RegExp(`^${pattern.replaceAll(/[.+*?^$()[\]\\|]/g, '\\$&').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
}));

// The pattern that answers a path: plain text wins over names, as in the server's router.
export function routeOf(path) {
  const plain = path.split('?')[0];
  return routes.filter((route) => route.test.test(plain)).sort((a, b) => a.names - b.names)[0];
}

const escaped = (part) => part.replaceAll('~', '~0').replaceAll('/', '~1');

// Where an object of the file lies after its $ref.
function follow(pointer) {
  let value = api;
  for (const part of pointer) value = value?.[part];
  if (value?.$ref === undefined) return [value, pointer];
  return follow(
    value.$ref
      .slice(2)
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')),
  );
}

const compiled = new Map();
function checkerOf(pointer) {
  const key = `api#/${pointer.map(escaped).map(encodeURIComponent).join('/')}`;
  if (!compiled.has(key)) compiled.set(key, ajv.compile({ $ref: key }));
  return compiled.get(key);
}

export function validate({ method, path, status, type, body }) {
  const route = routeOf(path);
  if (route === undefined) return [`${path}: not in api/openapi.yaml`];
  const verb = method.toLowerCase() === 'head' ? 'get' : method.toLowerCase();
  const name = `${method.toUpperCase()} ${route.pattern} ${status}`;
  const operation = route.operations[verb];
  if (operation === undefined) return [`${name}: no such operation`];

  // Refusals that any route may give share one shape.
  const shared = operation.responses[status] === undefined && status >= 400;
  let media;
  if (shared) {
    media = ['components', 'responses', 'Problem', 'content', 'application/problem+json'];
  } else {
    const [answer, at] = follow(['paths', route.pattern, verb, 'responses', String(status)]);
    if (answer === undefined) return [`${name}: no such status in api/openapi.yaml`];
    const types = Object.keys(answer.content ?? {});
    if (types.length === 0) {
      return body === undefined || body === null || body === '' ? [] : [`${name}: a body where none is described`];
    }
    const given = type?.split(';')[0].trim();
    const chosen = given === undefined ? types[0] : types.find((known) => known === given || known === '*/*');
    if (chosen === undefined) return [`${name}: ${given} where ${types.join(', ')} is described`];
    if (!/[/+]json$/.test(chosen)) return [];
    media = [...at, 'content', chosen];
  }
  if (method.toUpperCase() === 'HEAD') return [];
  if (body === undefined) return [`${name}: no body`];
  const check = checkerOf([...media, 'schema']);
  if (check(body)) return [];
  return check.errors.map((error) => `${name}: ${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`);
}
