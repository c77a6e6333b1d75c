// Visits that the audit accused, asked about in real time as if it were then: drafts as they were, in the name of their institutions.
//
//   const drafts = await accusedDrafts(stage, 300);            // restarts the server: one program has the store
//   const told = await tellOfClue(stage, operator, auditor, drafts);
//   told.clue; told.suspect; told.hit; told.hospital;           // a suspect of an open clue, and the hit that told of the same
import { Person } from './person.mjs';

export async function accusedDrafts(stage, count) {
  await stage.stop();
  const out = await stage.run('timelines', 'drafts', '--store', stage.options.timelines, '--lake', stage.options.lake, '--count', '1', '--accused', String(count));
  await stage.start();
  return out.trim().split('\n').map((line) => JSON.parse(line).draft);
}

const keys = new Map();
// Somebody who speaks for an institution, by a key of its own.
export async function hospitalOf(stage, operator, institution, given = {}) {
  if (!keys.has(institution)) {
    const { status, body } = await operator.ask('POST', '/api/callers', { institution, per_second: 100000, burst: 100000, ...given });
    if (status !== 201) throw new Error(`no key for ${institution}: ${status}`);
    keys.set(institution, body.key);
  }
  const hospital = new Person(stage.url);
  hospital.headers.Authorization = `Bearer ${keys.get(institution)}`;
  return hospital;
}
export const rememberKey = (institution, key) => keys.set(institution, key);

async function suspectOf(auditor, institution, rule, visit) {
  const { rows } = await auditor.get(`/api/clues?view=all&institution=${institution}&size=200`);
  for (const clue of rows) {
    if (!clue.actions.includes('lock') || !clue.rules.some((one) => one.rule === rule)) continue;
    const found = await auditor.get(`/api/clues/${clue.id}/suspects?rule=${rule}&text=${encodeURIComponent(visit)}`);
    const suspect = found.rows.find((one) => one.doc === visit && one.told.length > 0);
    if (suspect) return { clue, suspect };
  }
  return undefined;
}

export async function tellOfClue(stage, operator, auditor, drafts, { institution: only } = {}) {
  for (const draft of drafts) {
    const [visit] = draft.persons[0].visits;
    const institution = visit.fixmedins_code;
    if (!institution || (only && institution !== only)) continue;
    const hospital = await hospitalOf(stage, operator, institution);
    const { answers } = await hospital.post('/api/realtime/mid', draft);
    for (const hit of answers[0].hits.filter((one) => one.visit === visit.mdtrt_id)) {
      const found = await suspectOf(auditor, institution, hit.rule, hit.visit);
      if (found) return { ...found, hit, draft, institution, hospital };
    }
    hospital.close();
  }
  throw new Error('no accused visit was told of');
}
