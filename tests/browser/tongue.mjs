// Does a page speak one language? What the server calls somebody or something is data and stands as it is; every other word is
// ours and belongs to the language that is chosen. A page says nothing of which is which, so the answers it got are read:
//
//   const tongue = new Tongue(desk.page);           // before the first page
//   await tongue.foreign('en');                     // ['title: 线索'], or [] when the page is all English
//
// What the server sends in both languages (x_zh and x_en) is no data: on an English page its Chinese half is a mistake. Nor is
// a field that is not in `data`: a sentence that the server says in Chinese only is found here.
import { readdirSync, readFileSync } from 'node:fs';

const chinese = /[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]/;
const latin = /[A-Za-z]{2,}/g;
// The key of words that there are not, as vue-i18n shows it.
const key = /^\s*[a-z_]+(\.[a-z_]+)+\s*$/;

// Fields whose Chinese is the thing's own: names and numbers of files, what somebody typed, what a law says, what a rule or an
// event calls its facts. A field besides them is no data, whatever language it comes in.
const data = new Set(['name', 'title', 'case_title', 'no', 'case_no', 'opinion_no', 'decision_no', 'login', 'value', 'text', 'reason', 'reasons', 'summary',
  'note', 'comment', 'target', 'answer', 'answer_reason', 'answer_remark', 'review_reason', 'verdict_by', 'verdict_note', 'created_by', 'changed_by',
  'updated_by', 'receipt', 'seed', 'period', 'article', 'articles', 'basis', 'official', 'facts', 'details', 'source', 'department', 'doctor', 'agent']);
const isData = (key) => data.has(key) || (key.endsWith('_name') && key !== 'rule_name');
// Their names are data too.
const named = new Set(['facts', 'details']);

function* strings(value, key = '') {
  if (['string', 'number', 'boolean'].includes(typeof value)) yield [key, String(value)];
  else if (Array.isArray(value)) for (const one of value) yield* strings(one, key);
  else if (value && typeof value === 'object') {
    for (const [name, one] of Object.entries(value)) {
      if (named.has(key)) yield [key, name];
      yield* strings(one, named.has(key) ? key : name);
    }
  }
}

const own = new Set();
for (const file of readdirSync(new URL('../../web/src/i18n/zh-CN/', import.meta.url)).filter((name) => name.endsWith('.json'))) {
  const words = JSON.parse(readFileSync(new URL(`../../web/src/i18n/zh-CN/${file}`, import.meta.url), 'utf8'));
  for (const [, text] of strings(words)) for (const word of text.replaceAll(/\{\w+\}/g, ' ').match(latin) ?? []) own.add(word);
}

export class Tongue {
  constructor(page) {
    this.page = page;
    this.heard = new Map(); // text -> fields it came in
    this.pending = new Set();
    page.on('response', (response) => {
      if (!new URL(response.url()).pathname.startsWith('/api/') || !/json/.test(response.headers()['content-type'] ?? '')) return;
      const reading = response.json().then((body) => {
        for (const [key, text] of strings(body)) {
          if (!this.heard.has(text)) this.heard.set(text, new Set());
          this.heard.get(text).add(key);
        }
      }).catch(() => {}).finally(() => this.pending.delete(reading));
      this.pending.add(reading);
    });
  }

  // Words of another language, each with where it stands.
  async foreign(lang) {
    await Promise.all(this.pending);
    const wanted = lang === 'en' ? /[^\x20-\x7e]|^[a-z_]+\.[a-z_.]+$/ : /[A-Za-z]{2,}/;
    const theirs = [...this.heard]
      .filter(([text, keys]) => wanted.test(text) && [...keys].some((key) => this.excused(key, text, lang)))
      .map(([text]) => text.trim())
      .sort((a, b) => b.length - a.length);
    const wrong = [];
    for (const [where, text] of await this.page.evaluate(piecesOf)) {
      if (!wanted.test(text)) continue;
      let rest = text;
      for (const one of theirs) if (rest.includes(one)) rest = rest.replaceAll(one, ' ');
      // The first letter of a name, in its circle.
      if (text.length === 1 && theirs.some((one) => one.startsWith(text))) continue;
      const foreign = lang === 'en' ? chinese.test(rest) || key.test(rest) : (rest.match(latin) ?? []).some((word) => !own.has(word) && !/^[A-Z]{2,5}$/.test(word));
      if (foreign) wrong.push(`${where}: ${text.slice(0, 80)}${rest.trim() === text ? '' : ` (${rest.trim().slice(0, 40)})`}`);
    }
    return [...new Set(wrong)];
  }

  excused(key, text, lang) {
    if (/(^|_)zh$/.test(key)) return lang !== 'en';
    if (/(^|_)en$/.test(key)) return lang === 'en';
    if (lang === 'en') return isData(key);
    // A bare word such as `on_site` is a code, which a page translates.
    return !/^[a-z]+(_[a-z]+)*$/.test(text) || codes.has(key);
  }
}
// Fields that are codes by nature and stand on a page as they are.
const codes = new Set(['login', 'name', 'room', 'object_kind', 'object_id', 'facts', 'details', 'seed']);

// Every visible piece of text and every spoken name of the page, with where it stands. Runs in the page.
function piecesOf() {
  const pieces = [['title of the window', document.title]];
  const apart = (element) => element.closest('[lang]') !== document.documentElement || element.closest('script, style, kbd, code, pre');
  const seen = (element) => element.checkVisibility({ visibilityProperty: true });
  const where = (element) => `${element.closest('[class]')?.className?.toString().slice(0, 40) ?? ''} <${element.localName}>`;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (text && !apart(element) && seen(element)) pieces.push([where(element), text]);
  }
  for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      if (!apart(element) && seen(element)) pieces.push([`${where(element)} ${name}`, element.getAttribute(name)]);
    }
  }
  return pieces;
}
