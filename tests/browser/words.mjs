// The words a page shows, by the key the page uses: words('open_case.yes') is 立案.
import { readFileSync } from 'node:fs';

const read = new Map();
export function words(key, values = {}) {
  const [space, ...rest] = key.split('.');
  if (!read.has(space)) read.set(space, JSON.parse(readFileSync(new URL(`../../web/src/i18n/zh-CN/${space}.json`, import.meta.url), 'utf8')));
  const text = rest.reduce((at, part) => at?.[part], read.get(space));
  if (typeof text !== 'string') throw new Error(`no words for ${key}`);
  return text.replaceAll(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
