// The words a page shows, by the key the page uses: words('open_case.yes') is 立案, words('open_case.yes', {}, 'en') its English.
import { readFileSync } from 'node:fs';

const read = new Map();
export function words(key, values = {}, lang = 'zh-CN') {
  const [space, ...rest] = key.split('.');
  const file = `${lang}/${space}`;
  if (!read.has(file)) read.set(file, JSON.parse(readFileSync(new URL(`../../web/src/i18n/${file}.json`, import.meta.url), 'utf8')));
  const text = rest.reduce((at, part) => at?.[part], read.get(file));
  if (typeof text !== 'string') throw new Error(`no words for ${key}`);
  return text.replaceAll(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
