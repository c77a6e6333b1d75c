// `make bench-workbench`: a million synthetic findings in a hundred thousand clues, 200 auditors at once, on SQLite and on
// PostgreSQL; what was measured goes to bench/WORKBENCH.md. Run by tools/bench_workbench.sh, which gives it a PostgreSQL.
import { spawn } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addPerson, signIn } from '../workbench/person.mjs';
import { openStage, root } from '../workbench/stage.mjs';

const { values: options } = parseArgs({
  options: {
    findings: { type: 'string', default: '1000000' },
    clues: { type: 'string', default: '100000' },
    clients: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    think: { type: 'string', default: '2000' },
    store: { type: 'string', multiple: true, default: ['sqlite', 'postgresql'] },
    made: { type: 'string' }, // URL of a store made before (of one kind), to measure again without making it again
    report: { type: 'string', default: join(root, 'bench/WORKBENCH.md') },
  },
});
const wantedMs = 200;
const judged = ['queue', 'clue', 'verdict'];

function drive(stage, users) {
  const file = join(stage.folder, 'users.json');
  writeFileSync(file, JSON.stringify(users));
  return new Promise((resolve, reject) => {
    const args = ['tests/load/load.mjs', '--url', stage.url, '--users', file, '--clients', options.clients, '--seconds', options.seconds, '--think', options.think];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (piece) => {
      said += piece;
      process.stdout.write(piece);
    });
    child.once('exit', (code) => {
      const last = said.trim().split('\n').at(-1);
      if (code !== 0) reject(new Error(`load.mjs ended with ${code}`));
      else resolve(JSON.parse(last));
    });
  });
}

async function measure(kind) {
  const began = performance.now();
  const stage = await openStage({
    store: kind, persons: 0, made: options.made, synthesize: options.made ? undefined : { findings: Number(options.findings), clues: Number(options.clues) },
    serve: ['--trusted-proxy', '127.0.0.1'],
  });
  const madeS = (performance.now() - began) / 1000;
  try {
    const operator = await signIn(stage.url, 'operator');
    const users = [];
    for (let i = 0; i < Number(options.clients); i++) {
      const person = await addPerson(operator, { login: `load${process.pid}.${i}`, roles: ['auditor'], area: operator.me.area.code, headers: { 'X-Forwarded-For': `10.8.${i >> 8}.${i & 255}` } });
      users.push({ login: person.login, password: person.password });
      person.close();
    }
    console.log(`${kind}: made in ${madeS.toFixed(0)} s, ${users.length} auditors`);
    const result = await drive(stage, users);
    const trail = await operator.post('/api/trail/verify');
    const funnel = await (await signIn(stage.url, 'auditor')).get('/api/funnel');
    if (!trail.ok || !funnel.reconciled) throw new Error(`${kind}: trail ${trail.ok}, ledger ${funnel.reconciled}`);
    return { kind, madeS, ...result, trailEntries: trail.entries, startMs: stage.startMs };
  } finally {
    await stage.close();
  }
}

const results = [];
const load = loadavg()[0];
for (const kind of options.store) results.push(await measure(kind));

const cell = (ms) => ms.toFixed(1).padStart(8);
const lines = [
  '# The workbench under load', '',
  `\`make bench-workbench\` on ${cpus().length} cores (${cpus()[0].model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB; load average before: ${load.toFixed(2)}.`,
  `Synthetic: ${Number(options.findings).toLocaleString('en')} findings in about ${Number(options.clues).toLocaleString('en')} clues. ${options.clients} auditors, each with a session of his own, think about`,
  `${options.think} ms between requests and do what people do: look at the queue (sorted, filtered, paged), open clues, decide suspects, take the next. Clients, server and database share the cores.`,
  `Times in milliseconds from the first byte sent to the last received; wanted: p95 under ${wantedMs} for queue, clue and verdict. Every answer is read and checked;`,
  'afterwards the trail is verified whole and the ledger reconciles.', '',
];
for (const one of results) {
  lines.push(`## ${one.kind}`, '', `Made in ${one.madeS.toFixed(0)} s; serve answered ${Math.round(one.startMs)} ms after its start. ${one.requests} requests in ${one.seconds.toFixed(0)} s ` +
    `(${Math.round(one.requests / one.seconds)}/s), ${one.verdicts} verdicts kept, ${one.lostRaces} lost races told, ${one.errors} errors.`, '',
    '| kind      |  count |      p50 |      p95 |      p99 |      max | wanted |', '|-----------|-------:|---------:|---------:|---------:|---------:|--------|');
  for (const [kind, row] of Object.entries(one.kinds)) {
    const verdict = judged.includes(kind) ? (row.p95 < wantedMs ? 'met' : 'missed') : '';
    lines.push(`| ${kind.padEnd(9)} | ${String(row.count).padStart(6)} | ${[row.p50, row.p95, row.p99, row.max].map(cell).join(' | ')} | ${verdict.padEnd(6)} |`);
  }
  lines.push('');
}
writeFileSync(options.report, lines.join('\n'));
console.log(`written to ${options.report}`);
