// A stage for tests of the whole workbench: a small synthetic city, taken in, audited and imported, with a person of every
// role, behind a running `yijian serve`.
//
//   const stage = await openStage({ store: 'sqlite' });          // or 'postgresql', below tools/with-postgres.sh
//   stage.url; await stage.restart({ kill: true }); await stage.run('trail', 'verify', '--store', stage.store);
//   await stage.close();
//
//   node tests/workbench/stage.mjs [--store postgresql] [--persons 1500]     prints the URL, stays until Ctrl-C
//
// The audited city is made once per program and size, below build/stage, and shared by all stages; what a stage writes lies
// in a folder of its own that goes with it. YIJIAN names the program (build/release/src/app/yijian).
import { spawn, execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statSync, mkdirSync, renameSync, createWriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const program = resolve(root, process.env.YIJIAN ?? 'build/release/src/app/yijian');
const run = promisify(execFile);

export async function yijian(...args) {
  try {
    const { stdout } = await run(program, args, { cwd: root, maxBuffer: 64 << 20 });
    return stdout;
  } catch (error) {
    throw new Error(`yijian ${args.join(' ')}: ${error.code}\n${error.stdout}\n${error.stderr}`);
  }
}

// The lake of a city of so many persons, made when there is none yet. Two who make it at once do not disturb each other:
// the first to finish wins.
export async function lakeOf(persons) {
  const { mtimeMs, size } = statSync(program);
  const key = createHash('sha256').update(`${persons} ${mtimeMs} ${size}`).digest('hex').slice(0, 12);
  const made = join(root, 'build/stage', key);
  if (existsSync(made)) return join(made, 'lake');
  mkdirSync(join(root, 'build/stage'), { recursive: true });
  const making = mkdtempSync(join(root, 'build/stage/making-'));
  const city = join(making, 'city');
  const lake = join(making, 'lake');
  const csv = (...names) => names.map((name) => join(city, `${name}.csv`));
  await yijian('city', '--persons', String(persons), '--seed', '7', '--to', city);
  await yijian('intake', 'centre-tables', ...csv('MDTRT_D', 'SETL_D', 'FEE_LIST_D', 'SETL_LIST_DIAG_D', 'SETL_LIST_OPRN_D'),
    ...csv('PSN_INFO_B', 'MEDINS_INFO_B', 'RTAL_PHAC_B', 'DR_INFO_B'), '--lake', lake);
  await yijian('intake', 'stock-trace', ...csv('3512', '3513', 'STOCK'), '--lake', lake);
  await yijian('audit', '--lake', lake);
  rmSync(city, { recursive: true });
  try {
    renameSync(making, made);
  } catch {
    rmSync(making, { recursive: true });
  }
  return join(made, 'lake');
}

async function makeStore(kind, folder) {
  if (kind === 'sqlite') return `sqlite:${join(folder, 'yijian.db')}`;
  const server = process.env.YIJIAN_TEST_POSTGRES;
  if (!server) throw new Error('no PostgreSQL: run below tools/with-postgres.sh');
  const name = `stage_${randomBytes(6).toString('hex')}`;
  await run('psql', [server, '-q', '-c', `CREATE DATABASE ${name}`]);
  return server.replace('/postgres?', `/${name}?`);
}

class Stage {
  constructor(folder, store, options) {
    Object.assign(this, { folder, store, options, log: join(folder, 'serve.log') });
  }

  run(...args) {
    return yijian(...args);
  }

  async start() {
    const { lake, timelines, packs, serve = [] } = this.options;
    const args = ['serve', '--store', this.store, '--data', join(this.folder, 'data'), '--address', `127.0.0.1:${this.port ?? 0}`,
      '--documents', 'documents', '--rules', 'rules', '--web', 'web/dist', ...(lake ? ['--lake', lake] : []), ...(timelines ? ['--timelines', timelines] : []), ...(packs ? ['--packs', packs] : []), ...serve];
    this.server = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(this.log, { flags: 'a' });
    this.ended = new Promise((done) => this.server.once('exit', (code, signal) => done({ code, signal })));
    const started = performance.now();
    this.url = await new Promise((done, fail) => {
      let said = '';
      const hear = (piece) => {
        said += piece;
        log.write(piece);
        const found = /http:\/\/([\d.]+):(\d+)/.exec(said);
        if (found) done(found[0]);
      };
      this.server.stdout.on('data', hear);
      this.server.stderr.on('data', hear);
      this.ended.then(({ code }) => fail(new Error(`yijian serve ended with ${code}:\n${said}`)));
    });
    this.port = Number(new URL(this.url).port);
    this.startMs = performance.now() - started;
    return this;
  }

  // How it ended: {code, signal}.
  async stop(signal = 'SIGTERM') {
    this.server.kill(signal);
    return this.ended;
  }

  // On the same port, as the browser left it. Whoever clings to a half-sent answer does not hold the stop up for ever.
  async restart({ kill = false } = {}) {
    await this.stop(kill ? 'SIGKILL' : 'SIGTERM');
    return this.start();
  }

  async close() {
    const { code, signal } = await this.stop();
    if (!process.env.KEEP_STAGE) rmSync(this.folder, { recursive: true, force: true });
    if (code !== 0) throw new Error(`yijian serve did not end cleanly: ${code ?? signal}`);
  }
}

// persons: size of the city; 0: no city (findings and clues are synthesized, `synthesize: {findings, clues}`). made: the URL of a
// store that has its clues already, instead of a new one. packs: makes other rule packs for real time below the stage's folder, and
// says where.
export async function openStage({ store: kind = 'sqlite', persons = 1500, synthesize, serve, made, packs: makePacks } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'yijian-stage-'));
  const store = made ?? (await makeStore(kind, folder));
  const lake = persons > 0 ? await lakeOf(persons) : undefined;
  if (lake) await yijian('clues', 'import', '--lake', lake, '--store', store);
  if (synthesize) {
    await yijian('clues', 'synthesize', '--store', store, '--findings', String(synthesize.findings), '--clues', String(synthesize.clues));
  }
  await yijian('demo-users', '--store', store);
  const timelines = lake && join(folder, 'timelines');
  const packs = makePacks?.(folder);
  if (lake) await yijian('timelines', 'rebuild', '--lake', lake, '--store', timelines, ...(packs ? ['--packs', packs] : []));
  return new Stage(folder, store, { lake, timelines, packs, serve }).start();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { store: { type: 'string', default: 'sqlite' }, persons: { type: 'string', default: '1500' } } });
  const stage = await openStage({ store: values.store, persons: Number(values.persons) });
  console.log(stage.url);
  console.log(`store ${stage.store}`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stage.close().then(() => process.exit(0)));
}
