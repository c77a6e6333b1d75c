// What the story of life.test.mjs passes by: every dialog it does not open, filled in, sent and compared with what the server
// then says; and every page in both languages, in which nothing of the other may stand but what is data. STORE as there.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { openStage } from '../workbench/stage.mjs';
import { demoPassword, signIn } from '../workbench/person.mjs';
import { castOf, day, steps, Story } from '../workbench/story.mjs';
import { Desk, openBrowser } from './desk.mjs';
import { Tongue } from './tongue.mjs';
import { words } from './words.mjs';

let stage, browser, story;
const desks = {};

async function sit(login, options) {
  const desk = await Desk.open(browser, stage.url, login, { heard: (page) => new Tongue(page), ...options });
  desks[desks[login] ? `${login} again` : login] = desk;
  return desk;
}

before(async () => {
  stage = await openStage({ store: process.env.STORE ?? 'sqlite' });
  story = new Story(await castOf(stage.url));
  for (const step of steps) await story[step]();
  browser = await openBrowser();
  await Promise.all(['inspector', 'operator', 'approver4'].map((login) => sit(login)));
});
after(async () => {
  for (const desk of Object.values(desks)) await desk.close();
  for (const person of Object.values(story?.people ?? {})) person.close();
  await browser?.close();
  await stage?.close();
});

// ---- what a dialog is asked

const dialog = (desk) => desk.page.locator('.el-dialog:visible, .el-message-box:visible, .el-drawer:visible').last();
const yes = (desk) => dialog(desk).locator('.el-dialog__footer, .el-message-box__btns').locator('.el-button--primary, .el-button--danger').last().click();
const gone = (desk) => desk.page.locator('.el-overlay:visible').waitFor({ state: 'hidden' });
const press = (desk, key, values) => desk.page.getByRole('button', { name: words(key, values) }).first().click();

async function speak(desk, lang) {
  if ((await desk.page.evaluate(() => document.documentElement.lang)) === lang) return;
  // Also below a dialog, where a hand does not reach it.
  await desk.page.evaluate(() => document.querySelector('.bar button[lang]').click());
  await desk.page.waitForFunction((lang) => document.documentElement.lang === lang, lang);
  await desk.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}
async function look(desk, name) {
  await dialog(desk).waitFor();
  await desk.check(name, { within: '.el-dialog, .el-message-box, .el-drawer' });
  await purely(desk, name);
}
// Nothing of the other language, in either.
async function purely(desk, name) {
  const wrong = [];
  for (const lang of ['en', 'zh-CN']) {
    await speak(desk, lang);
    wrong.push(...(await desk.tongue.foreign(lang)).map((one) => `${lang}: ${one}`));
  }
  assert.deepEqual(wrong, [], name);
}
// A question of Element Plus is asked in the language of its moment: in English first, and taken back.
async function question(desk, name, ask) {
  await speak(desk, 'en');
  await ask('en');
  await dialog(desk).waitFor();
  assert.deepEqual(await desk.tongue.foreign('en'), [], `${name} in English`);
  await desk.page.keyboard.press('Escape');
  await gone(desk);
  await speak(desk, 'zh-CN');
  await ask('zh-CN');
  await dialog(desk).waitFor();
  await desk.check(name, { within: '.el-message-box' });
  assert.deepEqual(await desk.tongue.foreign('zh-CN'), [], `${name} in Chinese`);
}
// Does it and waits for the server's answer, which must be a good one.
async function sends(desk, path, act = () => yes(desk), { refused } = {}) {
  const answer = desk.page.waitForResponse((one) => new URL(one.url()).pathname.match(path) && (one.request().method() !== 'GET' || /export/.test(one.url())));
  await act();
  const response = await answer;
  assert.equal(response.status() < 300 ? 'accepted' : response.status(), refused ?? 'accepted', `${response.url()}: ${response.status()} ${refused ? '' : await response.text().catch(() => '')}`);
  if (refused) {
    // Chromium writes down what was refused, a moment later; nothing else may stand there.
    for (let i = 0; i < 50 && !desk.noise.some((line) => line.includes(`status of ${refused}`)); i++) await desk.page.waitForTimeout(50);
    desk.noise = desk.noise.filter((line) => !line.includes(`status of ${refused}`));
    return undefined;
  }
  return /json/.test(response.headers()['content-type'] ?? '') ? response.json() : undefined;
}
// A dialog that does not go well must not stand in the way of the next one.
function dialogs(name, work) {
  test(name, async () => {
    try {
      await work();
      for (const desk of Object.values(desks)) desk.assertQuiet();
    } finally {
      for (const desk of Object.values(desks)) desk.noise = [];
    }
  });
}
async function choose(desk, list, text) {
  await list.click();
  await desk.page.locator('.el-select-dropdown:visible .el-select-dropdown__item', { hasText: text }).first().click();
  await desk.page.keyboard.press('Escape').catch(() => {});
}
// Typed, and taken with Enter.
async function chooseDay(field, text) {
  await field.fill(text);
  await field.press('Enter');
}
const pool = async (query = '') => (await desks.inspector.person.get(`/api/clues?view=pool&sort=-rank&size=50${query}`)).rows;

// ---- handing out clues

dialogs('clues are assigned by name', async () => {
  const desk = desks.inspector;
  const [first, second] = await pool();
  await desk.go('/clues?view=pool');
  for (const clue of [first, second]) await desk.page.getByLabel(words('table.choose_row', { row: clue.no })).check();
  await desk.page.locator('.bulk').getByRole('button', { name: words('assign.title') }).click();
  await dialog(desk).locator('.el-select').click();
  await desk.page.locator('.el-select-dropdown:visible .el-select-dropdown__item', { hasText: story.auditor2.me.name }).first().click();
  await desk.page.keyboard.press('Tab');
  await look(desk, 'assign');
  const made = await sends(desk, /clues\/assign$/);
  assert.equal(made.assigned, 2);
  await look(desk, 'assigned');
  assert.equal((await desk.person.get(`/api/clues/${first.id}`)).assignee, story.auditor2.me.id);
});

dialogs('clues are merged from the list and taken apart again on the clue', async () => {
  const desk = desks.inspector;
  const rows = (await pool()).filter((one) => one.actions.includes('merge'));
  const into = rows[0];
  const other = rows.find((one) => one.id !== into.id && one.institution === into.institution) ?? rows[1];
  await desk.go(`/clues?view=pool&size=50`);
  for (const clue of [into, other]) await desk.page.getByLabel(words('table.choose_row', { row: clue.no })).check();
  await desk.page.locator('.bulk').getByRole('button', { name: words('merge.yes') }).click();
  await dialog(desk).locator('.el-radio', { hasText: into.no }).click();
  await dialog(desk).locator('textarea').fill('同一事项');
  await look(desk, 'merge');
  const kept = await sends(desk, /clues\/merge$/);
  assert.ok(kept.merged.includes(other.id));
  await desk.go(`/clue/${into.id}`);
  const ask = async (lang) => {
    await desk.page.getByRole('button', { name: words('clue.unmerge', {}, lang) }).first().click();
    await dialog(desk).locator('textarea').fill('分别核查');
  };
  await question(desk, 'unmerge', ask);
  await sends(desk, /unmerge$/);
  assert.ok(!((await desk.person.get(`/api/clues/${into.id}`)).merged ?? []).includes(other.id));
});

dialogs('a clue is opened from a report', async () => {
  const desk = desks.inspector;
  await desk.go('/clues');
  await press(desk, 'new_clue.title');
  const box = dialog(desk);
  await box.locator('input[maxlength="200"]').fill('群众举报挂床住院');
  await box.locator('textarea').fill('举报人称夜间无人在床。');
  await box.locator('.el-select', { has: desk.page.getByLabel(words('institution.find')) }).click();
  await desk.page.locator('.el-select-dropdown:visible .el-select-dropdown__item').first().click();
  await look(desk, 'new clue');
  // What there is already is shown first; opened all the same.
  await sends(desk, /api\/clues$/, async () => {
    await yes(desk);
    const before = box.locator('.before');
    await before.waitFor({ timeout: 4000 }).then(() => look(desk, 'clues before')).then(() => yes(desk), () => {});
  });
  await desk.page.waitForURL(/\/clue\/c\d+/);
  const made = await desk.person.get(`/api/clues/${new URL(desk.page.url()).pathname.split('/').at(-1)}`);
  assert.equal(made.source, 'report');
  assert.equal(made.title, '群众举报挂床住院');
});

dialogs('a filter is kept, and the list is taken away', async () => {
  const desk = desks.inspector;
  await desk.go('/clues?view=pool');
  await press(desk, 'clues.filters');
  await press(desk, 'clues.filter_save');
  await dialog(desk).locator('input').first().fill('待领');
  await look(desk, 'save filter');
  await sends(desk, /api\/filters$/);
  assert.ok((await desk.person.get('/api/filters')).some((one) => one.name === '待领'));
  await gone(desk);
  const [download] = await Promise.all([desk.page.waitForEvent('download'), sends(desk, /export$/, () => desk.page.getByRole('button', { name: words('table.export') }).click())]);
  assert.match(download.suggestedFilename(), /^clues-.*\.xlsx$/);
});

// ---- on one clue

async function takeOne(desk, least) {
  const fits = (await pool()).find((one) => one.findings >= least && one.actions.includes('lock'));
  assert.ok(fits, `a clue with ${least} suspects`);
  await desk.person.post(`/api/clues/${fits.id}/lock`);
  await desk.go(`/clue/${fits.id}`);
  return fits;
}

dialogs('a clue is put aside and taken up again', async () => {
  const desk = desks.inspector;
  const clue = await takeOne(desk, 1);
  await press(desk, 'act_yes.snooze');
  await chooseDay(dialog(desk).locator('.yj-day input'), day(7));
  await dialog(desk).locator('textarea').fill('等待补充材料');
  await look(desk, 'snooze');
  const put = await sends(desk, /snooze$/);
  assert.equal(put.status, 'snoozed');
  assert.equal(put.snoozed_until, day(7));
  await gone(desk);
  await desk.go(`/clue/${clue.id}`);
  await sends(desk, /snooze$/, () => press(desk, 'clue.wake'));
  assert.notEqual((await desk.person.get(`/api/clues/${clue.id}`)).status, 'snoozed');
});

dialogs('a suspect is split off', async () => {
  const desk = desks.inspector;
  const clue = await takeOne(desk, 2);
  await desk.page.keyboard.press('x');
  await press(desk, 'act_yes.split');
  await dialog(desk).locator('textarea').fill('另案核查');
  await look(desk, 'split');
  await sends(desk, /split$/);
  const left = await desk.person.get(`/api/clues/${clue.id}`);
  assert.ok(left.findings < clue.findings);
  // Go there? Not now.
  await desk.page.locator('.el-message-box:visible .el-button:not(.el-button--primary)').click();
});

dialogs('a clue is closed', async () => {
  const desk = desks.inspector;
  const clue = await takeOne(desk, 1);
  await press(desk, 'act_yes.close');
  await dialog(desk).locator('.el-radio', { hasText: words('clue_outcome.no_violation') }).click();
  await dialog(desk).locator('textarea').fill('经核实未见违规');
  await look(desk, 'close');
  await sends(desk, /close$/);
  const closed = await desk.person.get(`/api/clues/${clue.id}`);
  assert.equal(closed.status, 'closed');
  assert.equal(closed.outcome, 'no_violation');
});

dialogs('a person is seen in full after a reason', async () => {
  const desk = desks.inspector;
  const clue = (await pool()).find((one) => one.subject_kind === 'person');
  const id = clue?.subject ?? (await desk.person.get(`/api/clues/${story.clue.id}/persons`))[0].person;
  await desk.go(`/person/${id}`);
  const masked = await desk.page.locator('.masked').first().textContent();
  await question(desk, 'unmask', async () => {
    await desk.page.locator('.masked .eye').first().click();
    await dialog(desk).locator('textarea').fill('核对住院身份');
  });
  const full = await sends(desk, /unmask$/);
  await desk.see(full.name);
  assert.notEqual(full.name, masked);
  const { rows } = await desks.operator.person.get('/api/trail?views=true&size=20');
  assert.ok(rows.some((row) => JSON.stringify(row).includes('核对住院身份')), 'the reason is in the trail');
});

dialogs('the palette, the keys, and the way of a line', async () => {
  const desk = desks.inspector;
  await desk.go('/home');
  await desk.page.keyboard.press('Control+k');
  await look(desk, 'palette');
  await desk.page.keyboard.press('Escape');
  await gone(desk);
  await desk.page.keyboard.press('?');
  await look(desk, 'keys');
  await desk.page.keyboard.press('Escape');
  await gone(desk);
  await desk.go('/ledger');
  await press(desk, 'ledger.see_way');
  await look(desk, 'the way of a line');
});

// ---- on a case

dialogs('a person steps back from a case, and the audit becomes enforcement', async () => {
  const desk = desks.inspector;
  const clue = (await pool()).find((one) => one.institution && one.status === 'new');
  const opened = await desk.person.post('/api/cases', { clues: [clue.id], title: '转办核查', track: 'agency' });
  await desk.person.put(`/api/cases/${opened.id}/team`, { handler: desk.person.me.id, assistants: [story.auditor.me.id, story.auditor2.me.id], version: opened.version });
  await desk.go(`/cases/${opened.id}`);
  await press(desk, 'case_action.recuse');
  await choose(desk, dialog(desk).locator('.el-select'), story.auditor2.me.name);
  await dialog(desk).locator('textarea').fill('与当事人有亲属关系');
  await look(desk, 'recuse');
  await sends(desk, /recusals$/);
  await gone(desk);
  const { recused, assistants } = await desk.person.get(`/api/cases/${opened.id}`);
  assert.deepEqual(recused.map((one) => one.user), [story.auditor2.me.id]);
  assert.deepEqual(assistants.map((one) => one.id), [story.auditor.me.id]);

  await desk.go(`/cases/${opened.id}`);
  await press(desk, 'case_action.convert');
  await dialog(desk).locator('textarea').fill('涉嫌骗取基金');
  await look(desk, 'convert');
  await sends(desk, /convert$/);
  await gone(desk);
  assert.equal((await desk.person.get(`/api/cases/${opened.id}`)).track, 'administrative');
});

dialogs('a decision is reversed, and the ledger goes back', async () => {
  const desk = desks.approver4;
  const before = await desk.person.get('/api/funnel');
  await desk.go(`/cases/${story.case.id}?tab=decisions`);
  await press(desk, 'case_action.reverse');
  await dialog(desk).locator('textarea').fill('复议决定撤销');
  await look(desk, 'reverse');
  await sends(desk, /reverse$/);
  await gone(desk);
  const after = await desk.person.get('/api/funnel');
  assert.ok(after.recovered_fen < before.recovered_fen);
  assert.equal(after.identified_fen, before.identified_fen);
  assert.equal(after.reconciled, true);
  const { rows } = await desk.person.get(`/api/ledger?case=${story.case.id}`);
  assert.ok(rows.some((row) => row.counter_of), 'by counter-entries');
  assert.equal((await desk.person.get(`/api/cases/${story.case.id}`)).state, 'deciding');
});

dialogs('a session elsewhere is ended', async () => {
  const desk = desks.inspector;
  const elsewhere = await signIn(stage.url, 'inspector', demoPassword);
  await desk.go('/account');
  const row = (lang) => desk.page.getByRole('button', { name: words('sessions.revoke', {}, lang) }).first().click();
  await question(desk, 'revoke', row);
  await sends(desk, /me\/sessions\/s\d+$/);
  assert.equal((await elsewhere.ask('GET', '/api/session')).status, 204, 'at once');
  assert.equal((await desk.person.ask('GET', '/api/session')).status, 200);
  elsewhere.close();
});

// ---- people and settings

let added;
dialogs('a user is added, signs in for the first time and must choose a password', async () => {
  const desk = desks.operator;
  await desk.go('/users');
  await press(desk, 'users.add');
  const box = dialog(desk);
  await box.locator('input[maxlength="40"]').first().fill('newcomer');
  await box.locator('input[maxlength="60"]').fill('新来的');
  await choose(desk, box.locator('.el-select').first(), words('role.auditor'));
  await look(desk, 'add user');
  const made = await sends(desk, /api\/users$/);
  await look(desk, 'one-time password');
  await yes(desk);
  await gone(desk);
  const newcomer = await Desk.open(browser, stage.url, 'newcomer', { heard: (page) => new Tongue(page), password: made.one_time_password, first: true });
  desks.newcomer = newcomer;
  await newcomer.check('first sign-in');
  await purely(newcomer, 'first sign-in');
  const fields = newcomer.page.locator('.change input[type=password]');
  await fields.nth(0).fill('short');
  await fields.nth(1).fill('short');
  await newcomer.page.locator('.change button[type=submit]').click();
  await newcomer.page.getByRole('alert').waitFor();
  for (const i of [0, 1]) await fields.nth(i).fill('newcomer has this password');
  await sends(newcomer, /me\/password$/, () => newcomer.page.locator('.change button[type=submit]').click());
  await newcomer.page.waitForURL((url) => url.pathname !== '/sign-in');
  await newcomer.meet();
  assert.equal(newcomer.person.me.must_change_password, false);
  added = (await desk.person.get('/api/users?text=newcomer')).rows[0];
});

dialogs('the second factor is turned on with a code and off with the password', async () => {
  const desk = desks.newcomer;
  await desk.go('/account');
  const { secret } = await sends(desk, /me\/totp$/, () => press(desk, 'totp.turn_on'));
  await desk.page.locator('.begun').waitFor();
  await desk.check('second factor');
  await purely(desk, 'second factor');
  const code = desk.page.locator('.begun input');
  const right = totp(secret);
  await code.fill(right === '000000' ? '111111' : '000000');
  await sends(desk, /me\/totp$/, () => press(desk, 'totp.prove'), { refused: 422 });
  await code.fill(totp(secret));
  await sends(desk, /me\/totp$/, () => press(desk, 'totp.prove'));
  assert.equal((await desk.person.get('/api/session')).totp, true);
  await press(desk, 'totp.turn_off');
  await desk.page.locator('form.remove input').fill('newcomer has this password');
  await desk.check('second factor off');
  await sends(desk, /me\/totp$/, () => desk.page.locator('form.remove button[type=submit]').click());
  assert.equal((await desk.person.get('/api/session')).totp, false);
});

dialogs('a user is changed, given a new password and locked out', async () => {
  const desk = desks.operator;
  await desk.go('/users?text=newcomer');
  await press(desk, 'users.change');
  await dialog(desk).locator('input[maxlength="60"]').fill('新来的人');
  await look(desk, 'change user');
  await sends(desk, /api\/users\/[^/]+$/);
  await gone(desk);
  const now = async () => (await desk.person.get('/api/users?text=newcomer')).rows[0];
  assert.equal((await now()).name, '新来的人');
  const row = (key, lang) => desk.page.locator('tbody').getByRole('button', { name: words(key, {}, lang), exact: true }).first().click();
  await question(desk, 'reset', (lang) => row('users.reset', lang));
  await sends(desk, /reset$/);
  await look(desk, 'new one-time password');
  await yes(desk);
  await gone(desk);
  await question(desk, 'disable', (lang) => row('users.disabled', lang));
  await sends(desk, /api\/users\/[^/]+$/);
  assert.equal((await now()).status, 'disabled');
  assert.equal((await desks.newcomer.person.ask('GET', '/api/session')).status, 204, 'he is signed out, at once');
  assert.ok(added);
});

dialogs('a setting is changed, with its reason', async () => {
  const desk = desks.operator;
  await desk.go('/administration');
  await desk.page.locator('tbody .el-button').first().click();
  const field = dialog(desk).locator('input');
  const value = await field.inputValue();
  await field.fill(value);
  await dialog(desk).locator('textarea').fill('复核后不变');
  await look(desk, 'setting');
  await sends(desk, /api\/settings$/);
});

dialogs('a flow is revised', async () => {
  const desk = desks.operator;
  await desk.go('/administration?tab=flows');
  const before = (await desk.person.get('/api/flows')).find((one) => one.current);
  await press(desk, 'flows.revise');
  await dialog(desk).locator('textarea').fill('年度复核');
  await look(desk, 'flow');
  await sends(desk, /api\/flows$/);
  await gone(desk);
  const after = (await desk.person.get('/api/flows')).find((one) => one.current && one.name === before.name);
  assert.equal(after.version, before.version + 1);
  assert.deepEqual(after.levels, before.levels);
});

// What is not drawn leaves the pool, so this comes last.
dialogs('a sample is drawn at random', async () => {
  const desk = desks.inspector;
  await desk.go('/clues?view=pool');
  await press(desk, 'sample.title');
  await dialog(desk).getByLabel(words('sample.size')).fill('3');
  await dialog(desk).locator('input[maxlength="100"]').fill('2026123');
  await dialog(desk).locator('textarea').fill('季度抽查');
  await look(desk, 'sample');
  const made = await sends(desk, /clues\/sample$/);
  assert.equal(made.drawn, 3);
  assert.equal(made.seed, '2026123');
  await look(desk, 'sampled');
  assert.equal((await desk.person.get('/api/samples?page=1&size=1')).rows[0].id, made.id);
});

dialogs('a self-inspection is asked for', async () => {
  const desk = desks.inspector;
  await desk.go('/self-checks');
  await press(desk, 'self_checks.start');
  await dialog(desk).locator('input[maxlength="200"]').fill('年末自查');
  await dialog(desk).locator('.el-select').click();
  await desk.page.locator('.el-select-dropdown:visible .el-select-dropdown__item').first().click();
  await desk.page.keyboard.press('Tab');
  await chooseDay(dialog(desk).locator('.yj-day input').first(), day(20));
  await look(desk, 'self-inspection');
  const made = await sends(desk, /self-checks$/);
  assert.equal(made.started, 1);
});

// ---- every page in both languages

test('every page speaks the chosen language only', async () => {
  // The inspector's many pages are walked by two windows.
  await Promise.all(['hospital1', 'expert1', 'inspector'].map((login) => sit(login)));
  const opinion = story.opinion.id;
  const person = (await desks.inspector.person.get('/api/clues?size=50')).rows.find((one) => one.subject_kind === 'person')?.subject;
  const tabs = (path, names) => names.map((name) => `${path}?tab=${name}`);
  const pages = {
    inspector: ['/home', '/overview', '/clues', `/clue/${story.clue.id}`, ...(person ? [`/person/${person}`] : []), '/tasks', `/tasks/${story.task.id}`, '/cases',
      ...tabs(`/cases/${story.case.id}`, ['overview', 'suspects', 'tasks', 'opinions', 'decisions', 'files', 'history']),
      '/appeals', '/deadlines', '/self-checks', '/institutions', `/institution/${story.institution}`, '/rules', `/rule/${story.clue.rules[0].rule}`, '/ledger',
      '/documents', ...story.papers.slice(0, 1).map((one) => `/documents/${one.id}`), '/account', '/forbidden', '/nowhere', '/clue/c0'],
    operator: ['/home', '/users', ...tabs('/administration', ['settings', 'flows', 'holidays', 'roles', 'areas']), '/system', '/trail', '/trail?views=true'],
    hospital1: ['/home', '/opinions', `/opinions/${opinion}`, '/self-checks', '/documents', '/deadlines'],
    approver4: ['/home', '/approvals?view=done', `/approvals/${story.approval.id}`, '/overview/wall'],
    expert1: ['/home', '/appeals', `/appeals/${story.appealed.id}`],
  };
  pages['inspector again'] = pages.inspector.splice(pages.inspector.length / 2);
  const wrong = [];
  await Promise.all(Object.entries(pages).map(async ([login, paths]) => {
    const desk = desks[login];
    for (const path of paths) {
      try {
        await desk.go(path);
        if (path === '/clue/c0') desk.noise = desk.noise.filter((line) => !line.includes('status of 404'));
        if (path !== '/overview/wall') await purely(desk, path);
        else for (const lang of ['zh-CN']) assert.deepEqual(await desk.tongue.foreign(lang), [], path);
        desk.assertQuiet();
      } catch (error) {
        wrong.push(`${login} ${path}: ${error.message.slice(0, 1500)}`);
        desk.noise = [];
      }
    }
  }));
  assert.equal(wrong.join('\n'), '');
});

// The code of the moment (RFC 6238).
function totp(secret) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((one) => alphabet.indexOf(one).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((one) => parseInt(one, 2)));
  const moment = Buffer.alloc(8);
  moment.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', key).update(moment).digest();
  const at = digest.at(-1) & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
