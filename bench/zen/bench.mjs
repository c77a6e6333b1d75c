// The same hundred stateless checks as a decision table, over the same lines as realtime_bench: prints one JSON object.
//
//   node bench.mjs lines.json [seconds]
//
// One decision is created beforehand; each line is one evaluation, fifty at a time (one at a time is slower). With
// "batch", a draft of twenty lines is one evaluation of a table that loops over an array.
import { readFileSync } from 'node:fs';
import { ZenEngine } from '@gorules/zen-engine';

const { lines, checks } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const seconds = Number(process.argv[3] ?? 5);

const table = (executionMode) => ({
  hitPolicy: 'collect',
  inputField: executionMode === 'loop' ? 'lines' : null,
  outputPath: executionMode === 'loop' ? 'found' : null,
  executionMode,
  inputs: [
    { id: 'item', field: 'item', name: 'item' },
    { id: 'qty', field: 'qty', name: 'qty' },
  ],
  outputs: [{ id: 'rule', field: 'rule', name: 'rule' }],
  rules: checks.map((check, i) => ({
    _id: `r${i}`,
    item: JSON.stringify(check.item),
    qty: `> ${check.qty}`,
    rule: JSON.stringify(check.rule),
  })),
});

const decisionOf = (engine, mode) =>
  engine.createDecision({
    nodes: [
      { id: 'in', type: 'inputNode', name: 'in', position: { x: 0, y: 0 } },
      { id: 'table', type: 'decisionTableNode', name: 'table', position: { x: 0, y: 0 }, content: table(mode) },
      { id: 'out', type: 'outputNode', name: 'out', position: { x: 0, y: 0 } },
    ],
    edges: [
      { id: 'e1', type: 'edge', sourceId: 'in', targetId: 'table' },
      { id: 'e2', type: 'edge', sourceId: 'table', targetId: 'out' },
    ],
  });

const engine = new ZenEngine();
const single = decisionOf(engine, 'single');
const looped = decisionOf(engine, 'loop');

// Every line once: what is found, to compare.
let found = 0;
for (const line of lines) found += (await single.evaluate(line)).result.length;
let foundLooped = 0;
for (let at = 0; at < lines.length; at += 20) {
  const { result } = await looped.evaluate({ lines: lines.slice(at, at + 20) });
  for (const of of result.found) foundLooped += of.length;
}

const rate = async (step) => {
  const end = performance.now() + seconds * 1000;
  const start = performance.now();
  const cpu = process.cpuUsage();
  let done = 0;
  while (performance.now() < end) done += await step(done);
  const used = process.cpuUsage(cpu);
  return [done / ((performance.now() - start) / 1000), (done * 1e6) / (used.user + used.system)];
};
const [linesPerSecond, linesPerCpuSecond] = await rate(async (done) => {
  await Promise.all(Array.from({ length: 50 }, (_, i) => single.evaluate(lines[(done + i) % lines.length])));
  return 50;
});
const [loopedPerSecond, loopedPerCpuSecond] = await rate(async (done) => {
  const at = done % (lines.length - 20);
  await looped.evaluate({ lines: lines.slice(at, at + 20) });
  return 20;
});
console.log(JSON.stringify({ found, foundLooped, linesPerSecond, linesPerCpuSecond, loopedPerSecond, loopedPerCpuSecond }));
