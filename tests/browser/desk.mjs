// A person at his desk: a browser window of his own, signed in through the page, and the same session for the interface.
//
//   const desk = await Desk.open(browser, stage.url, 'auditor');
//   await desk.page.goto('/clues'); await desk.see('领取下一条'); await desk.check('clues');
//   await desk.person.get('/api/clues');
//   desk.assertQuiet();
//
// Whatever a page writes to its console as an error, throws or asks for in vain is kept and fails the test that asks.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { demoPassword, Person } from '../workbench/person.mjs';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shots = process.env.SHOTS;

export function openBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

export class Desk {
  static async open(browser, url, login, { viewport = { width: 1440, height: 900 }, lang = 'zh-CN', password = demoPassword, first = false, heard } = {}) {
    const desk = new Desk();
    desk.login = login;
    desk.password = password;
    desk.noise = [];
    desk.context = await browser.newContext({ baseURL: url, viewport, locale: lang, timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' });
    desk.page = await desk.context.newPage();
    desk.page.setDefaultTimeout(15_000);
    desk.page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      desk.noise.push(`${message.type()}: ${message.text()} at ${message.location().url}`);
    });
    desk.page.on('pageerror', (error) => desk.noise.push(`exception: ${error.stack}`));
    desk.page.on('requestfailed', (request) => {
      const why = request.failure()?.errorText;
      if (why !== 'net::ERR_ABORTED') desk.noise.push(`request failed: ${request.url()} ${why}`);
    });
    desk.page.on('response', (response) => {
      if (response.status() >= 500) desk.noise.push(`${response.status()} ${response.url()}`);
    });
    desk.tongue = heard?.(desk.page);
    await desk.signIn(first);
    return desk;
  }

  // For the first time: a new password is asked for and the rest waits for `meet`.
  async signIn(first = false) {
    await this.page.goto('/sign-in');
    await this.page.locator('input[name=username]').fill(this.login);
    await this.page.locator('input[name=password]').fill(this.password);
    await this.page.locator('form button[type=submit]').click();
    if (first) return this.page.locator('.change').waitFor();
    await this.page.waitForURL((url) => url.pathname !== '/sign-in');
    await this.meet();
  }
  // Who one is, for questions besides the page.
  async meet() {
    this.person = new Person(new URL(this.page.url()).origin, this.login);
    const [cookie] = await this.context.cookies();
    this.person.cookie = `${cookie.name}=${cookie.value}`;
    this.person.me = await this.person.get('/api/session');
    this.person.csrf = this.person.me.csrf;
  }

  // Goes there and waits until the page has what it asked for.
  async go(path) {
    await this.page.goto(path);
    await this.settle();
  }
  async settle() {
    await this.page.waitForLoadState('networkidle').catch(() => {});
    await this.page.waitForFunction(() => !document.querySelector('.el-loading-mask:not([style*="display: none"]), .el-skeleton, [aria-busy=true]'), undefined, { timeout: 10_000 }).catch(() => {});
  }
  see(text) {
    return this.page.getByText(text).first().waitFor();
  }
  press(name) {
    return this.page.getByRole('button', { name }).first().click();
  }

  // Accessibility, of the whole page or of what stands `within`; and a picture when they are asked for: of what has a number in
  // the story. In a dialog what a list has chosen is left out: it lies at z-index -1, and axe takes the veil below the dialog for
  // its ground.
  async check(name, { rules = {}, within } = {}) {
    await this.settle();
    if (/^\d/.test(name)) await this.shoot(name);
    // What still fades in has no colours to judge.
    await this.page.waitForFunction(() => document.getAnimations().every((one) => one.playState !== 'running' || one.effect?.getComputedTiming().iterations === Infinity), undefined, { timeout: 5000 }).catch(() => {});
    await this.page.evaluate(axeSource);
    const found = await this.page.evaluate(({ rules, within }) => globalThis.axe.run(within ? { include: [within], exclude: ['.el-select__placeholder'] } : document, { resultTypes: ['violations'], rules }), { rules, within });
    const grave = found.violations
      .filter((one) => one.impact === 'serious' || one.impact === 'critical')
      .map((one) => `${one.id} (${one.impact}): ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')} ${one.nodes[0]?.any[0]?.message ?? ''}`);
    assert.deepEqual(grave, [], `${name}: accessibility`);
  }
  async shoot(name) {
    if (!shots) return;
    mkdirSync(shots, { recursive: true });
    await this.page.screenshot({ path: join(shots, `${name}.png`) });
  }

  assertQuiet() {
    assert.deepEqual(this.noise.splice(0), [], `${this.login}'s console`);
  }
  async close() {
    this.person?.close();
    await this.context.close();
  }
}
