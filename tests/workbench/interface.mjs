// What api/openapi.yaml says, for tests that walk all of it: every operation, and a body or a path made to its schema.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// The YAML reader comes with the checker in tests/api.
const require = createRequire(new URL('../api/package.json', import.meta.url));
export const api = require('yaml').parse(readFileSync(new URL('../../api/openapi.yaml', import.meta.url), 'utf8'));

function deref(value) {
  if (value?.$ref === undefined) return value;
  let found = api;
  for (const part of value.$ref.slice(2).split('/')) found = found[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  return deref(found);
}

export const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    open: operation.security?.length === 0,
    params: (operation.parameters ?? []).map(deref),
    body: deref(operation.requestBody?.content?.['application/json']?.schema),
    binary: operation.requestBody?.content?.['application/octet-stream'] !== undefined,
  })),
);

// The smallest value that fits; strings say `text` where they are free, ids and versions are of nothing.
export function sampleOf(schema, text = '测试') {
  schema = deref(schema);
  if (schema.oneOf) return sampleOf(schema.oneOf[0], text);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (schema.enum) return schema.enum[0];
  switch (type) {
    case 'object':
      return Object.fromEntries((schema.required ?? []).map((name) => [name, sampleOf(schema.properties[name], text)]));
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items, text));
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    case 'string':
      if (schema.format === 'date') return '2030-01-02';
      if (schema.pattern?.startsWith('^[0-9]{6}')) return '123456';
      return text.padEnd(schema.minLength ?? 0, text);
    default:
      return text;
  }
}

// Every place of a body where free text stands: [{set(value), name}].
export function textsOf(schema, body, name = '') {
  schema = deref(schema);
  if (schema.oneOf) return [];
  const properties = Object.entries(schema.properties ?? {}).map(([key, value]) => [key, deref(value)]);
  return properties.flatMap(([key, value]) => {
    const at = `${name}/${key}`;
    const type = Array.isArray(value.type) ? value.type[0] : value.type;
    if (type === 'string' && !value.enum && !value.format) return [{ name: at, with: (text) => ({ ...body, [key]: text }) }];
    return [];
  });
}

export function pathOf(operation, values) {
  return operation.path.replaceAll(/\{([^}]+)\}/g, (_, name) => encodeURIComponent(values[name] ?? values));
}

// Which operations this server does not answer at all: their paths are unknown to it, or do not allow the method.
export async function absentFrom(url) {
  const absent = new Set();
  for (const [path, methods] of Object.entries(api.paths)) {
    const odd = ['DELETE', 'PATCH', 'PUT', 'POST'].find((method) => methods[method.toLowerCase()] === undefined);
    const answer = await fetch(url + path.replaceAll(/\{[^}]+\}/g, 'x'), { method: odd });
    await answer.arrayBuffer();
    const allowed = answer.status === 405 ? answer.headers.get('allow').split(/, */) : [];
    for (const [method, operation] of Object.entries(methods)) {
      if (!allowed.includes(method.toUpperCase())) absent.add(operation.operationId);
    }
  }
  return absent;
}
