// The whole life of a clue across five users, three experts and the institution, in the browser; then every page, by somebody who
// has it, in Chinese (both languages: dialogs.test.mjs). STORE=sqlite (default) or postgresql; SHOTS=folder keeps pictures for the README.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openStage } from '../workbench/stage.mjs';
import { parts, steps } from '../workbench/story.mjs';
import { ClickedStory } from './clicked_story.mjs';
import { Desk, openBrowser } from './desk.mjs';

let stage, browser, story;
const desks = {};
const phone = { viewport: { width: 390, height: 844 } };

before(async () => {
  stage = await openStage({ store: process.env.STORE ?? 'sqlite' });
  browser = await openBrowser();
  for (const part of parts) desks[part] = await Desk.open(browser, stage.url, part, part === 'representative' ? phone : {});
  story = new ClickedStory(desks);
});
after(async () => {
  for (const desk of Object.values(desks)) await desk.close();
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

test('every page: no errors in the console, no serious findings of accessibility', async (t) => {
  if (broken) return t.skip('the story failed');
  const pages = [
    ['auditor', ['/home', '/overview', '/institutions', `/institution/${story.institution}`, '/rules', '/documents', '/deadlines', '/self-checks', '/account', '/cases']],
    ['operator', ['/users', '/administration', '/system', '/trail']],
    ['hospital1', ['/home', '/self-checks', '/documents']],
    ['expert1', ['/appeals']],
    ['approver4', ['/home', '/approvals']],
    ['representative', ['/home', '/clues']],
  ];
  const pictures = { 'auditor /overview': '16-overview', [`auditor /institution/${story.institution}`]: '17-institution', 'auditor /documents': '18-documents', 'operator /trail': '19-trail' };
  const wrong = [];
  for (const [part, paths] of pages) {
    for (const path of paths) {
      try {
        await desks[part].go(path);
        await desks[part].check(pictures[`${part} ${path}`] ?? `${part} ${path}`);
        desks[part].assertQuiet();
      } catch (error) {
        wrong.push(`${part} ${path}: ${error.message.slice(0, 600)}`);
        desks[part].noise = [];
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test('strings that attack a page are inert in it', async (t) => {
  if (broken) return t.skip('the story failed');
  const attack = '<img src=x onerror="window.attacked=1"><script>window.attacked=1</script>';
  const desk = desks.auditor;
  const clue = await desk.person.post('/api/clues', { source: 'report', title: attack, text: attack, source_note: attack, subject_kind: 'institution', institution: story.institution, subject: story.institution });
  await desk.person.post('/api/filters', { name: attack.slice(0, 60), query: '' });
  for (const path of ['/clues?source=report', `/clue/${clue.id}`, `/clues?text=${encodeURIComponent(attack.slice(0, 60))}`]) {
    await desk.go(path);
    assert.equal(await desk.page.evaluate(() => window.attacked), undefined, path);
  }
  desk.assertQuiet();
});
