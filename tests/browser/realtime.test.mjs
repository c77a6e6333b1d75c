// The screens of real time, in the browser: an institution is given its key, its system asks, and the bureau watches, looks things up,
// tries a draft itself and finds the reason beside the clue. Every page in both languages, by axe, and on a phone. STORE as in life.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accusedDrafts, hospitalOf, rememberKey, tellOfClue } from '../workbench/accused.mjs';
import { Person } from '../workbench/person.mjs';
import { openStage } from '../workbench/stage.mjs';
import { Desk, openBrowser } from './desk.mjs';
import { Tongue } from './tongue.mjs';
import { words } from './words.mjs';

let stage, browser, drafts, institution, key, told;
const desks = {};
const reason = '病情需要，已向患者说明';
const sit = async (login, options) => (desks[login] = await Desk.open(browser, stage.url, login, { heard: (page) => new Tongue(page), ...options }));

before(async () => {
  stage = await openStage({ store: process.env.STORE ?? 'sqlite' });
  drafts = await accusedDrafts(stage, 300);
  browser = await openBrowser();
  for (const login of ['auditor', 'operator', 'hospital1']) await sit(login);
  institution = desks.hospital1.person.me.institution;
});
after(async () => {
  for (const desk of Object.values(desks)) await desk.close();
  await browser?.close();
  await stage?.close();
});

// What follows a step that failed would only repeat its failure.
let broken = false;
function step(name, work) {
  test(name, async (t) => {
    if (broken) return t.skip('an earlier step failed');
    broken = true;
    await work();
    for (const desk of Object.values(desks)) desk.assertQuiet();
    broken = false;
  });
}
const dialog = (desk) => desk.page.locator('.el-dialog:visible, .el-message-box:visible').last();
const gone = (desk) => desk.page.locator('.el-overlay:visible').waitFor({ state: 'hidden' });
const button = (within, key, values) => within.getByRole('button', { name: words(key, values) }).first();
const main = (desk) => desk.page.locator('#main');
const yes = (desk) => dialog(desk).locator('.el-dialog__footer, .el-message-box__btns').locator('.el-button--primary, .el-button--danger').last().click();
async function speak(desk, lang) {
  if ((await desk.page.evaluate(() => document.documentElement.lang)) === lang) return;
  await desk.page.evaluate(() => document.querySelector('.bar button[lang]').click());
  await desk.page.waitForFunction((lang) => document.documentElement.lang === lang, lang);
  await desk.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}
async function purely(desk, name) {
  const wrong = [];
  for (const lang of ['en', 'zh-CN']) {
    await speak(desk, lang);
    wrong.push(...(await desk.tongue.foreign(lang)).map((one) => `${lang}: ${one}`));
  }
  assert.deepEqual(wrong, [], name);
}
async function well(desk, name) {
  await desk.check(name);
  await purely(desk, name);
}
// Chromium writes down what was refused, a moment later.
async function refusedWith(desk, status) {
  for (let i = 0; i < 50 && !desk.noise.some((line) => line.includes(`status of ${status}`)); i++) await desk.page.waitForTimeout(50);
  desk.noise = desk.noise.filter((line) => !line.includes(`status of ${status}`));
}

step('an operator registers an institution; its key is shown once', async () => {
  const desk = desks.operator;
  await desk.go('/callers');
  await button(desk.page, 'callers.add').click();
  const box = dialog(desk);
  await box.getByLabel(words('callers.institution')).fill(institution);
  await box.getByLabel(words('callers.name'), { exact: true }).fill('示例医院');
  await box.locator('.el-radio-button', { hasText: 'SM2' }).click();
  await box.getByText(words('callers.needs_sm2_public')).waitFor();
  assert.equal(await box.getByRole('button', { name: words('callers.add_yes') }).isDisabled(), true, 'a signature needs its key');
  await box.locator('.el-radio-button', { hasText: words('callers.no_sign') }).click();
  await desk.check('caller dialog', { within: '.el-dialog' });
  await purely(desk, 'caller dialog');
  await box.getByRole('button', { name: words('callers.add_yes') }).click();
  await desk.see(words('callers.key_hint', { institution }));
  key = await desk.page.locator('.key code').textContent();
  assert.match(key, /^yj_/);
  await desk.check('key', { within: '.el-dialog' });
  await button(dialog(desk), 'users.secret_noted').click();
  await gone(desk);
  assert.ok(!(await desk.page.content()).includes(key), 'nowhere else');
  await desk.see(institution);
  await well(desk, 'callers');
});

step('a key is renewed and revoked, settings are changed', async () => {
  const desk = desks.operator;
  const row = desk.page.locator('tbody tr', { hasText: institution });
  await button(row, 'callers.renew').click();
  await yes(desk);
  await desk.see(words('callers.key_hint', { institution }));
  const second = await desk.page.locator('.key code').textContent();
  assert.notEqual(second, key);
  await button(dialog(desk), 'users.secret_noted').click();
  await gone(desk);
  await button(row, 'callers.revoke').click();
  await yes(desk);
  await desk.see(words('callers.no_key'));
  const hospital = new Person(stage.url);
  hospital.headers.Authorization = `Bearer ${second}`;
  assert.equal((await hospital.ask('POST', '/api/realtime/mid', drafts[0])).status, 401);
  await button(row, 'callers.renew').click();
  await yes(desk);
  await desk.see(words('callers.key_hint', { institution }));
  key = await desk.page.locator('.key code').textContent();
  await button(dialog(desk), 'users.secret_noted').click();
  await gone(desk);
  await button(row, 'users.change').click();
  await dialog(desk).getByLabel(words('callers.per_second')).fill('1000');
  await dialog(desk).getByLabel(words('callers.burst')).fill('5000');
  await yes(desk);
  await gone(desk);
  const [caller] = (await desk.person.get('/api/callers')).filter((one) => one.institution === institution);
  assert.deepEqual([caller.per_second, caller.burst, caller.must_sign], [1000, 5000, 'none']);
  rememberKey(institution, key);
});

step('its system asks, and gives a reason for what it carries on with', async () => {
  told = await tellOfClue(stage, desks.operator.person, desks.auditor.person, drafts);
  await told.hospital.post('/api/realtime/feedback', { warn_type: '2', warns: [{ warn_rslt_id: told.hit.id, dspo_way: '1', dspo_way_rea: reason }] });
  const hospital = await hospitalOf(stage, desks.operator.person, institution);
  let hits = 0;
  for (let number = 0; number < 60; number++) {
    const moment = number % 2 ? 'mid' : 'pre';
    const draft = await desks.auditor.person.get(`/api/realtime/example?moment=${moment}&number=${number}`);
    const { answers } = await hospital.post(`/api/realtime/${moment}`, draft);
    const warns = answers.flatMap((one) => one.hits).map((hit, i) => ({ warn_rslt_id: hit.id, dspo_way: i % 2 ? '2' : '1', dspo_way_rea: i % 2 ? '' : reason }));
    hits += warns.length;
    if (warns.length) await hospital.post('/api/realtime/feedback', { warn_type: moment === 'pre' ? '1' : '2', warns: warns.slice(0, 3) });
  }
  assert.ok(hits > 0);
  await hospital.ask('POST', '/api/realtime/mid', { persons: [] });
  hospital.close();
  told.hospital.close();
});

step('the monitor tells of it, and reads itself anew', async () => {
  const desk = desks.auditor;
  await desk.go('/realtime');
  const asked = desk.page.locator('.figures li').first().locator('small');
  await desk.page.waitForFunction(() => /[1-9]/.test(document.querySelector('.figures li small')?.textContent ?? ''));
  await desk.see(reason);
  await desk.see(told.hit.rule);
  await well(desk, 'monitor');
  const before = await asked.textContent();
  const hospital = await hospitalOf(stage, desks.operator.person, institution);
  for (let i = 0; i < 5; i++) await hospital.post('/api/realtime/mid', await desk.person.get(`/api/realtime/example?moment=mid&number=${i}`));
  await desk.page.waitForFunction((before) => document.querySelector('.figures li small').textContent !== before, before);
  await button(desk.page, 'realtime.pause').click();
  await button(desk.page, 'realtime.resume').waitFor();
  let questions = 0;
  const count = (request) => (questions += request.url().includes('/monitor') ? 1 : 0);
  await desk.page.waitForTimeout(500);
  desk.page.on('request', count);
  await desk.page.waitForTimeout(4000);
  assert.equal(questions, 0, 'nothing is asked while it rests');
  await button(desk.page, 'realtime.resume').click();
  await desk.page.waitForResponse((one) => one.url().includes('/monitor'));
  desk.page.off('request', count);
  assert.equal(await button(desk.page, 'realtime.packs_reload').count(), 0, 'an auditor loads no packs');
  hospital.close();
});

step('an operator loads the packs again, and is told nothing of persons', async () => {
  const desk = desks.operator;
  await desk.go('/realtime');
  const before = (await desk.person.get('/api/realtime/monitor')).packs.live.loaded_at;
  await desk.page.waitForTimeout(1100); // the moment is told by the second
  await button(desk.page, 'realtime.packs_reload').click();
  await yes(desk);
  await desk.see(words('realtime.packs_reloaded'));
  assert.notEqual((await desk.person.get('/api/realtime/monitor')).packs.live.loaded_at, before);
  assert.equal(await desk.page.getByText(reason).count(), 0);
});

step('the acceptance report: by what, sorted, taken away', async () => {
  const desk = desks.auditor;
  await desk.go('/realtime/acceptance');
  await desk.see(words('acceptance.with_reason'));
  await well(desk, 'acceptance');
  for (const by of ['department', 'doctor', 'month', 'rule']) {
    await desk.page.locator('.filters .el-radio-button', { hasText: words(`acceptance_by.${by}`) }).click();
    await desk.page.waitForURL((url) => url.searchParams.get('by') === by);
    await desk.settle();
    assert.ok((await desk.page.locator('section.table tbody tr').count()) > 0, by);
  }
  await button(desk.page.locator('thead'), 'acceptance.ignored').click();
  await desk.page.waitForURL((url) => url.searchParams.get('sort') === '-ignored');
  const shown = await desk.page.locator('section.table tbody tr').evaluateAll((rows) => rows.map((row) => row.cells[6].textContent.trim()));
  const ignored = shown.map(Number);
  assert.deepEqual(ignored, [...ignored].sort((a, b) => b - a));
  const [download] = await Promise.all([desk.page.waitForEvent('download'), button(desk.page, 'table.export').click()]);
  assert.match(download.suggestedFilename(), /^acceptance-.*\.xlsx$/);
  await purely(desk, 'acceptance by rule');
});

step('an institution sees its own share, in its own menu', async () => {
  const desk = desks.hospital1;
  await desk.go('/home');
  await desk.page.getByRole('link', { name: words('nav.realtime_acceptance') }).first().click();
  await desk.page.waitForURL('**/realtime/acceptance');
  await desk.settle();
  assert.equal(await desk.page.getByRole('link', { name: words('nav.realtime'), exact: true }).count(), 0);
  await desk.page.locator('.filters .el-radio-button', { hasText: words('acceptance_by.institution') }).click();
  await desk.settle();
  assert.equal(await desk.page.locator('section.table tbody tr').count(), 1);
  await well(desk, 'acceptance of an institution');
  await desk.go('/realtime/requests');
  assert.ok((await desk.page.locator('tbody tr').count()) > 0);
  await well(desk, 'requests of an institution');
});

step('requests are found, shown masked, and in full for a reason', async () => {
  const desk = desks.auditor;
  await desk.go('/realtime/requests');
  await well(desk, 'requests');
  await desk.page.getByLabel(words('rule.code')).fill(told.hit.rule);
  await desk.page.keyboard.press('Enter');
  await desk.page.waitForURL((url) => url.searchParams.get('rule') === told.hit.rule);
  await desk.settle();
  const number = told.draft.persons[0].psn_no;
  await desk.page.getByLabel(words('realtime_requests.person')).fill(number);
  await desk.page.keyboard.press('Enter');
  await desk.page.waitForURL((url) => url.searchParams.get('person') === number);
  await desk.settle();
  await desk.page.locator('tbody tr a').first().click();
  await desk.page.waitForURL(/requests\/[0-9a-f]{16}$/);
  await desk.settle();
  await desk.see(told.hit.rule);
  assert.ok(!(await desk.page.locator('#main').textContent()).includes(number), 'masked');
  assert.ok((await desk.page.locator('tr.charged').count()) > 0, 'lines are lit');
  await well(desk, 'a request');
  await button(desk.page, 'realtime_requests.unmask').click();
  await dialog(desk).locator('textarea').fill('核对就诊人员');
  await desk.check('unmask', { within: '.el-message-box' });
  await yes(desk);
  await desk.see(number);
  const { rows } = await desks.operator.person.get('/api/trail?views=true&action=person.unmask&size=5');
  assert.equal(rows[0].details.reason, '核对就诊人员');
  await desk.page.locator('.el-switch').click();
  await desk.page.locator('pre').first().waitFor();
  assert.ok((await desk.page.locator('pre').first().textContent()).includes(number));
  await button(desk.page, 'realtime_requests.again').click();
  await desk.page.waitForURL('**/realtime/try');
  assert.equal(await desk.page.getByLabel(words('draft_field.psn_no')).inputValue(), number, 'the draft came along');
});

step('a draft is tried: asked by keys, hits on its lines, what to change', async () => {
  const desk = desks.auditor;
  await desk.page.keyboard.press('Control+Enter');
  const hit = desk.page.locator('article.hit').first();
  await hit.waitFor();
  await desk.see(words('realtime_answer.remedy'));
  await desk.page.locator('tr.charged').first().waitFor();
  await well(desk, 'try');
  await hit.locator('button.number').click();
  assert.equal(await hit.locator('button.number').getAttribute('aria-pressed'), 'true');
  // Tables and text are one draft.
  const quantity = desk.page.locator('td input').nth(0);
  await quantity.waitFor();
  await desk.page.locator('.el-radio-button', { hasText: 'JSON' }).click();
  const area = desk.page.locator('.json textarea');
  const tree = JSON.parse(await area.inputValue());
  tree.persons[0].visits[0].lines[0].cnt = 'two';
  await area.fill(JSON.stringify(tree));
  await area.fill(`${JSON.stringify(tree)}{`);
  await desk.see(words('realtime_try.no_json'));
  assert.equal(await button(main(desk), 'realtime_try.ask').isDisabled(), true);
  await area.fill(JSON.stringify(tree));
  await area.press('Control+Enter');
  // The mistake is told where it is.
  const wrong = desk.page.locator('input[aria-invalid="true"]');
  await wrong.waitFor();
  assert.equal(await wrong.inputValue(), 'two');
  await desk.see('YJ1003');
  await refusedWith(desk, 400);
  await desk.check('a mistake');
  assert.deepEqual(await desk.tongue.foreign('zh-CN'), [], 'a mistake');
  // A refusal stands in the language of its moment.
  await speak(desk, 'en');
  await desk.page.keyboard.press('Control+Enter');
  await refusedWith(desk, 400);
  await wrong.waitFor();
  assert.deepEqual(await desk.tongue.foreign('en'), [], 'a mistake in English');
  await speak(desk, 'zh-CN');
  await wrong.fill('1');
  await wrong.press('Tab');
  await button(desk.page, 'realtime_draft.add').click();
  await desk.page.keyboard.press('Control+Enter');
  await desk.page.locator('article.hit, .empty').last().waitFor();
});

step('what was done with a hit is told back, as a trial', async () => {
  const desk = desks.auditor;
  let number = 0;
  for (; number < 400; number++) {
    const draft = await desk.person.get(`/api/realtime/example?moment=mid&number=${number}`);
    const answer = await desk.person.post('/api/realtime/mid', draft);
    if (answer.answers[0].hits.some((one) => one.reason_needed)) {
      await desk.go('/realtime/try');
      await desk.page.locator('.el-radio-button', { hasText: 'JSON' }).click();
      await desk.page.locator('.json textarea').fill(JSON.stringify(draft));
      break;
    }
  }
  const before = await desk.person.get('/api/realtime/acceptance');
  await button(main(desk), 'realtime_try.ask').click();
  const hit = desk.page.locator('article.hit', { hasText: words('realtime_try.reason_needed') }).first();
  await button(hit, 'realtime_try.carry_on').click();
  await dialog(desk).locator('textarea').fill(reason);
  await yes(desk);
  await desk.see(words('realtime_try.said_carried_on', { reason }));
  assert.deepEqual(await desk.person.get('/api/realtime/acceptance'), before, 'a trial counts in no report');
  await button(desk.page, 'realtime_try.example').click();
  await desk.page.locator('article.hit').first().waitFor({ state: 'detached' });
  // A toast is said once, in the language of its moment.
  await desk.page.locator('.el-message').waitFor({ state: 'detached' });
  await purely(desk, 'try, fresh');
});

step('the reason given stands beside the clue, and in its case', async () => {
  const desk = desks.auditor;
  await desk.go(`/clue/${told.clue.id}`);
  await desk.page.getByLabel(words('clue.find')).fill(told.hit.visit);
  await desk.page.keyboard.press('Enter');
  await desk.settle();
  const { rows } = await desk.person.get(`/api/clues/${told.clue.id}/suspects?sort=-found&text=${encodeURIComponent(told.hit.visit)}`);
  const shown = desk.page.locator('section.list ol li');
  await desk.page.waitForFunction((count) => document.querySelectorAll('section.list ol li').length === count, rows.length);
  await shown.nth(rows.findIndex((one) => one.id === told.suspect.id)).click();
  await desk.see(words('told.carried_on', { reason }));
  await well(desk, 'a clue that was told of');
  const { person } = desk;
  let clue = await person.post(`/api/clues/${told.clue.id}/lock`);
  clue = await person.post(`/api/clues/${clue.id}/verdicts`, { version: clue.version, conduct: 'conduct', verdicts: [{ all: true, verdict: 'confirmed', note: '与病历不符' }] });
  const opened = await person.post('/api/cases', { clues: [clue.id], title: '事中提醒后的核查', track: 'agency' });
  await desk.go(`/cases/${opened.id}?tab=suspects&s_size=200`);
  await desk.page.locator('tr', { hasText: told.hit.rule }).filter({ hasText: told.hit.visit }).first().locator('button.link').click();
  await desk.see(words('told.carried_on', { reason }));
  await desk.check('told, in a case', { within: '.el-drawer' });
});

step('on a phone nothing runs out of the page', async () => {
  const desk = await sit('auditor2', { viewport: { width: 390, height: 844 } });
  for (const path of ['/realtime', '/realtime/acceptance', '/realtime/requests', '/realtime/try']) {
    await desk.go(path);
    const over = await desk.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(over <= 0, `${path}: ${over} points too wide`);
    await desk.check(`phone ${path}`);
  }
});

step('without a timeline store the pages say how there is one', async () => {
  const { timelines, lake } = stage.options;
  await stage.stop();
  // Found by itself beside the lake; this stage has it elsewhere.
  stage.options.timelines = undefined;
  await stage.start();
  const desk = await sit('inspector');
  for (const path of ['/realtime', '/realtime/acceptance', '/realtime/requests']) {
    await desk.go(path);
    await desk.see('yijian serve --timelines');
    await refusedWith(desk, 503);
    desk.noise = desk.noise.filter((line) => !line.startsWith('503 '));
    await desk.check(`${path} without a store`);
    await purely(desk, path);
    desk.noise = desk.noise.filter((line) => !/503/.test(line));
  }
  for (const other of Object.values(desks)) if (other !== desk) other.noise = [];
  Object.assign(stage.options, { timelines, lake });
});
