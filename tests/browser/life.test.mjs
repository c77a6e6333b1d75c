// The whole life of a clue across five users, three experts and the institution, in the browser: tests/workbench/story.mjs with
// clicks and keys where the people have them. STORE=sqlite (default) or postgresql; SHOTS=folder keeps pictures for the README.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openStage } from '../workbench/stage.mjs';
import { parts, steps, Story } from '../workbench/story.mjs';
import { Desk, openBrowser } from './desk.mjs';

const kind = process.env.STORE ?? 'sqlite';
let stage, browser, story;
const desks = {};

class ClickedStory extends Story {
  async takeNext() {
    const first = await this.chooseClue();
    const { page } = desks.auditor;
    await desks.auditor.go(`/clues?institution=${this.institution}`);
    await desks.auditor.see(first.no);
    await desks.auditor.check('01-clues');
    await page.keyboard.press('n');
    await page.waitForURL(/\/clue\/c\d+/);
    const id = new URL(page.url()).pathname.split('/').at(-1);
    this.clue = await this.auditor.get(`/api/clues/${id}`);
    assert.equal(id, first.id, 'the highest rank comes first');
    this.tookNext();
  }

  // One refuted by r where there are several, the rest confirmed by C, rule by rule.
  async triage() {
    await this.tooLate();
    const desk = desks.auditor;
    const { page } = desk;
    await desk.settle();
    await desk.check('02-clue');
    const suspects = await this.allSuspects();
    if (suspects.length > 3) {
      await page.keyboard.press('r');
      await this.until(async () => (await this.clueNow()).undecided < suspects.length);
    }
    for (let rule = 0; rule < 50 && this.clue.undecided > 0; rule++) {
      const before = this.clue.undecided;
      await page.keyboard.press('C');
      await page.locator('.el-message-box .el-button--primary').click();
      await this.until(async () => (await this.clueNow()).undecided < before);
      await desk.settle();
    }
    await this.triaged();
    await desk.check('03-triaged');
  }
  async clueNow() {
    this.clue = await this.auditor.get(`/api/clues/${this.clue.id}`);
    return this.clue;
  }
  async until(what, tries = 100) {
    for (let i = 0; i < tries; i++) {
      if (await what()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail('it did not happen');
  }
}

before(async () => {
  stage = await openStage({ store: kind });
  browser = await openBrowser();
  for (const part of parts) desks[part] = await Desk.open(browser, stage.url, part, part === 'representative' ? { viewport: { width: 390, height: 844 } } : {});
  story = new ClickedStory(Object.fromEntries(parts.map((part) => [part, desks[part].person])));
});
after(async () => {
  await browser?.close();
  await stage?.close();
});

// What follows a step that failed would only repeat its failure.
let broken = false;
for (const step of steps) {
  test(step, async (t) => {
    if (broken) return t.skip('an earlier step failed');
    broken = true;
    await story[step]();
    for (const desk of Object.values(desks)) desk.assertQuiet();
    broken = false;
  });
}
