/**
 * What `alexnet plan` predicts against what is then measured: `npx node bench/prediction.ts [PROCESSES]`. Each line of the
 * table is measured in so many processes (default 5), all lines in turn. Two threads.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PlanSummary } from '../src/cli/planTable.ts';
import { launcher } from './processes.ts';
import { tableLine } from './print.ts';
import { spreadOf } from '../src/cli/statistics.ts';

interface Case {
  readonly name: string;
  readonly options: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const avx2 = { ALEXNET_ISA: 'avx2' };
const cases: readonly Case[] = [
  { name: 'alexnet, train, batch 32', options: ['alexnet'] },
  { name: 'alexnet, train, batch 128', options: ['alexnet', '--batch-size', '128'] },
  { name: 'alexnet, infer, batch 32', options: ['alexnet', '--infer'] },
  { name: 'alexnet, infer, batch 1', options: ['alexnet', '--infer', '--batch-size', '1'] },
  { name: 'alexnet-32, train, batch 32', options: ['alexnet-32'] },
  { name: 'alexnet, train, batch 32, AVX2', options: ['alexnet'], environment: avx2 },
  { name: 'alexnet, train, batch 32, WebAssembly', options: ['alexnet', '--engine', 'wasm'] },
];

async function measure({ options, environment }: Case): Promise<PlanSummary> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [launcher, 'plan', ...options, '--threads', '2', '--measure', '--json'],
    { env: { ...process.env, ...environment } },
  );
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as PlanSummary;
}

const processes = Number(process.argv[2] ?? 5);
const taken = new Map<Case, PlanSummary[]>(cases.map((each) => [each, []]));
for (let round = 0; round < processes; round++) {
  for (const [each, summaries] of taken) {
    console.error(`${each.name}: ${round + 1} of ${processes}`);
    summaries.push(await measure(each));
  }
}
const header = ['', 'predicted, ms', 'measured, ms', 'predicted / measured', 'n'];
console.log(tableLine(header));
console.log(tableLine(header.map(() => '---')));
for (const [{ name }, summaries] of taken) {
  const measured = summaries.map((summary) => summary.measured!.median);
  const predicted = summaries.map(({ stepMilliseconds }) => stepMilliseconds);
  const ratios = spreadOf(predicted.map((value, index) => value / measured[index]));
  const cells = [spreadOf(predicted), spreadOf(measured)].map(({ median }) => median.toFixed(1));
  const ratio = `${ratios.median.toFixed(2)} (${ratios.min.toFixed(2)}–${ratios.max.toFixed(2)})`;
  console.log(tableLine([name, ...cells, ratio, String(summaries.length)]));
}
