/**
 * `npm run bench`: prints the speed table of docs/performance.md. Each row is measured several times, each time in
 * a new process, and in turn with its peer, so that what else the machine does falls on both.
 */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { secondsToFirstStep } from './firstStep.ts';
import { measurePytorch, pytorchMissing } from './peers/pytorch.ts';
import { measureAlexnet, type Job, type Measurement } from './processes.ts';
import { rows, startRows, type Row } from './rows.ts';
import { compare, spreadOf, type Comparison, type Spread } from './statistics.ts';

interface Options {
  readonly peers?: boolean;
  readonly full?: boolean;
  readonly json?: boolean;
  readonly threads: number;
  readonly pairs: number;
  readonly rounds?: number;
  readonly only?: string;
}

interface Side {
  readonly name: string;
  /** Of the medians of all processes. */
  readonly imagesPerSecond: Spread;
  readonly peakBytes: number;
}

interface RowResult extends Job {
  readonly type: 'row';
  /** Processes that were run for each side. */
  readonly n: number;
  readonly ours: Side;
  readonly peer?: Side & Comparison;
}

interface StartResult {
  readonly type: 'start';
  readonly network: string;
  readonly n: number;
  readonly seconds: Spread;
}

function whole(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError('Expected a whole number from 1.');
  return Number(value);
}

function readOptions(): Options {
  return new Command('npm run bench --')
    .description('Measures training and inference on this machine and prints the speed table.')
    .option('--peers', 'measure PyTorch too, in turn')
    .option('--full', 'the slow rows too')
    .option('--threads <n>', 'threads of each program', whole, 2)
    .option('--pairs <n>', 'processes for each row and program', whole, 3)
    .option('--rounds <n>', 'steps that each process times (default: chosen for each row)', whole)
    .option('--only <text>', 'only rows whose name has this in it, such as "infer"')
    .option('--json', 'one JSON object a line instead of the table')
    .parse()
    .opts<Options>();
}

async function main(): Promise<void> {
  const options = readOptions();
  const missing = options.peers ? await pytorchMissing() : undefined;
  if (missing) console.error(missing);
  const show = options.json ? printJson : printTable;
  const print = show(machine(options.threads));
  const wanted = (name: string): boolean => name.includes(options.only ?? '');
  for (const row of rows) {
    if ((row.slow && !options.full) || !wanted(rowName(row))) continue;
    print(await measureRow(row, options, options.peers === true && !missing));
  }
  for (const network of startRows)
    if (wanted(startName(network))) print(await measureStart(network, options));
}

function machine(threads: number): Record<string, string | number> {
  const [{ model }] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return { cpu: model.trim(), cores: availableParallelism(), memory, node: process.version, threads };
}

function rowName({ network, mode, batch }: Omit<Row, 'rounds' | 'peer'>): string {
  return `${network}, ${mode}, batch ${batch}`;
}

function startName(network: string): string {
  return `${network}, start to the end of the first step`;
}

async function measureRow(row: Row, options: Options, withPeer: boolean): Promise<RowResult> {
  const { network, mode, batch } = row;
  const job: Job = { network, mode, batch, threads: options.threads, rounds: options.rounds ?? row.rounds };
  const ours: Measurement[] = [];
  const theirs: Measurement[] = [];
  for (let pair = 0; pair < options.pairs; pair++) {
    console.error(`${rowName(row)}: ${pair + 1} of ${options.pairs}`);
    const turns = [async () => ours.push(await measureAlexnet(job))];
    if (row.peer && withPeer) turns.push(async () => theirs.push(await measurePytorch(job)));
    // Who goes first changes, so that a machine that grows hot or is throttled does not favour one.
    for (const turn of pair % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  const peer =
    theirs.length > 0 ? { ...side(theirs), ...compare(medians(ours), medians(theirs)) } : undefined;
  return { type: 'row', ...job, n: options.pairs, ours: side(ours), ...(peer && { peer }) };
}

function medians(measurements: readonly Measurement[]): number[] {
  return measurements.map(({ imagesPerSecond }) => imagesPerSecond.median);
}

function side(measurements: readonly Measurement[]): Side {
  return {
    name: measurements[0].peer,
    imagesPerSecond: spreadOf(medians(measurements)),
    peakBytes: Math.max(...measurements.map(({ peakBytes }) => peakBytes)),
  };
}

async function measureStart(network: string, options: Options): Promise<StartResult> {
  const seconds: number[] = [];
  for (let run = 0; run < options.pairs; run++) {
    console.error(`${startName(network)}: ${run + 1} of ${options.pairs}`);
    seconds.push(await secondsToFirstStep(network, options.threads));
  }
  return { type: 'start', network, n: options.pairs, seconds: spreadOf(seconds) };
}

type Print = (result: RowResult | StartResult) => void;

function printJson(about: Record<string, string | number>): Print {
  console.log(JSON.stringify({ type: 'machine', ...about }));
  return (result) => console.log(JSON.stringify(result));
}

/** Markdown, row by row as they come. */
function printTable(about: Record<string, string | number>): Print {
  const facts = Object.entries(about).map(([name, value]) => `${name} ${value}`);
  console.log(`${facts.join(', ')}\n`);
  console.log(
    'Medians of n processes, each the median of its steps; lowest to highest process in brackets.\n',
  );
  tableRow(['', 'alexnet', 'peer', 'ratio of medians', 'ratios of pairs', 'peak memory', 'n']);
  tableRow(Array<string>(7).fill('---'));
  return (result) => tableRow(result.type === 'row' ? rowCells(result) : startCells(result));
}

function tableRow(cells: readonly string[]): void {
  console.log(`| ${cells.join(' | ')} |`);
}

function rowCells(result: RowResult): string[] {
  const { ours, peer, n } = result;
  return [
    `${rowName(result)}, images/s`,
    `${spreadText(ours.imagesPerSecond, 1)}, ${ours.name}`,
    peer ? `${spreadText(peer.imagesPerSecond, 1)}, ${peer.name}` : '–',
    peer ? peer.ratio.toFixed(2) : '–',
    peer ? `${peer.pairs.min.toFixed(2)}–${peer.pairs.max.toFixed(2)}` : '–',
    peer ? `${gigabytes(ours.peakBytes)}; ${gigabytes(peer.peakBytes)}` : gigabytes(ours.peakBytes),
    String(n),
  ];
}

function startCells({ network, n, seconds }: StartResult): string[] {
  return [`${startName(network)}, s`, spreadText(seconds, 2), '–', '–', '–', '–', String(n)];
}

function spreadText({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

await main();
