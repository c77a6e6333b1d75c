// kill -9 while twenty people give verdicts: what was acknowledged is there afterwards, nothing is half there, and the trail
// and the ledger are whole. On SQLite, and on PostgreSQL where one is given (the server dies; the database does not).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStage } from './stage.mjs';
import { Person, signIn } from './person.mjs';

const clients = 20;
const kinds = process.env.YIJIAN_TEST_POSTGRES ? ['sqlite', 'postgresql'] : ['sqlite'];

// Gives verdicts one suspect at a time until the server is gone. What was acknowledged goes to `kept`.
async function decide(person, clues, kept) {
  for (const { id } of clues) {
    let { status, body: clue } = await person.ask('POST', `/api/clues/${id}/lock`, {});
    if (status !== 200) continue;
    const { rows } = await person.get(`/api/clues/${id}/suspects?verdict=undecided&size=200`);
    for (const { id: suspect } of rows) {
      const verdict = kept.size % 3 === 0 ? 'refuted' : 'confirmed';
      const answer = await person.ask('POST', `/api/clues/${id}/verdicts`, { version: clue.version, verdicts: [{ suspect, verdict }] });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      clue = answer.body;
      kept.set(suspect, { clue: id, verdict });
    }
  }
}

const gone = (error) => ['ECONNRESET', 'ECONNREFUSED', 'EPIPE'].includes(error.code) || error.message.includes('socket hang up') || error.message === 'aborted';

for (const store of kinds) {
  test(`no acknowledged verdict is lost: ${store}`, async () => {
    const stage = await openStage({ store, persons: 0, synthesize: { findings: 4000, clues: 200 }, serve: ['--trusted-proxy', '127.0.0.1'] });
    const people = [];
    try {
      for (let i = 0; i < clients; i++) {
        const person = new Person(stage.url);
        person.headers['X-Forwarded-For'] = `10.0.0.${i + 1}`;
        people.push(await person.enter(['auditor', 'auditor2', 'inspector', 'inspector2'][i % 4]));
      }
      const clues = (await people[0].get('/api/clues?size=200&sort=-findings')).rows.filter((clue) => clue.actions.includes('lock'));
      assert.ok(clues.length >= clients);
      const kept = new Map();
      const started = people.map((person, i) => decide(person, clues.filter((_, k) => k % clients === i), kept));
      const ends = Promise.allSettled(started);
      let over = false;
      ends.then(() => (over = true));
      while (kept.size < 100 && !over) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.ok(!over, 'verdicts are still being given');
      await stage.stop('SIGKILL');
      for (const end of await ends) assert.ok(end.status === 'fulfilled' || gone(end.reason), end.reason?.stack);
      await stage.start();

      const reader = await signIn(stage.url, 'auditor');
      const seen = new Map();
      for (const clue of new Set([...kept.values()].map((one) => one.clue))) {
        const { rows } = await reader.get(`/api/clues/${clue}/suspects?size=200`);
        for (const row of rows) seen.set(row.id, row.verdict);
      }
      const lost = [...kept].filter(([suspect, { verdict }]) => seen.get(suspect) !== verdict);
      assert.deepEqual(lost, [], `${lost.length} of ${kept.size} acknowledged verdicts are not there`);
      reader.close();
    } finally {
      for (const person of people) person.close();
      await stage.stop();
    }
    await stage.run('trail', 'verify', '--store', stage.store);
    await stage.run('ledger', 'verify', '--store', stage.store);
    await stage.start();
    await stage.close();
  });
}
