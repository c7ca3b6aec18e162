/**
 * `npm run bench`: prints the speed table of docs/performance.md. Each row is measured several times, each time in
 * a new process, and in turn with its peers, so that what else the machine does falls on all.
 */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { secondsToFirstStep } from './firstStep.ts';
import { measureRow } from './measureRow.ts';
import { peerNames, peers, type PeerName } from './peers/peers.ts';
import { printJson, printTable, type Facts } from './print.ts';
import type { Job } from './processes.ts';
import type { StartResult } from './results.ts';
import { selectRows, selectStarts, startName, type Selection } from './rows.ts';
import { spreadOf } from '../src/cli/statistics.ts';

interface Options extends Selection {
  readonly peers?: true | readonly PeerName[];
  readonly isa?: Job['isa'];
  readonly json?: boolean;
  readonly threads: number;
  readonly pairs: number;
  readonly rounds?: number;
}

function whole(value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError('Expected a whole number from 1.');
  return Number(value);
}

function peerList(value: string): PeerName[] {
  return value.split(',').map((wanted) => {
    const name = peerNames.find((each) => each === wanted);
    if (name === undefined)
      throw new InvalidArgumentError(`Expected ${peerNames.join(', ')}, or some of them.`);
    return name;
  });
}

function readOptions(): Options {
  return new Command('npm run bench --')
    .description('Measures training and inference on this machine and prints the speed table.')
    .option(
      '--peers [names]',
      `measure others too, in turn: all of ${peerNames.join(',')}, or these`,
      peerList,
    )
    .addOption(new Option('--isa <name>', 'hold the programs to these instructions').choices(['avx2']))
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
  // So that what is to be cleaned up on exit is cleaned up then too.
  process.once('SIGINT', () => process.exit(130));
  const options = readOptions();
  const measured = await measurablePeers(options.peers);
  const print = (options.json ? printJson : printTable)(machine(options), notes(options, measured));
  for (const row of selectRows(options))
    await orReport(async () => print(await measureRow(row, { ...options, peers: measured })));
  for (const network of selectStarts(options))
    await orReport(async () => print(await measureStart(network, options)));
}

/** A program that fails costs its row, not the table. */
async function orReport(measure: () => Promise<void>): Promise<void> {
  try {
    await measure();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}

/** Those wanted that are here; says how to get the others. */
async function measurablePeers(wanted: Options['peers']): Promise<PeerName[]> {
  const here: PeerName[] = [];
  for (const name of wanted === true ? peerNames : (wanted ?? [])) {
    const missing = await peers[name].missing();
    if (missing === undefined) here.push(name);
    else console.error(missing);
  }
  return here;
}

function machine({ threads, isa }: Options): Facts {
  const [{ model }] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const facts = { cpu: model.trim(), cores: availableParallelism(), memory, node: process.version, threads };
  return isa ? { ...facts, isa } : facts;
}

function notes({ isa }: Options, measured: readonly PeerName[]): string[] {
  const all = [
    'Medians of n processes, each the median of its steps; lowest to highest process in brackets. ' +
      'Ratios are ours to the peer’s.',
  ];
  if (isa && measured.includes('onnxruntime'))
    all.push('ONNX Runtime cannot be held to AVX2: it uses all that the processor has.');
  return all;
}

async function measureStart(network: string, { pairs, threads }: Options): Promise<StartResult> {
  const seconds: number[] = [];
  for (let run = 0; run < pairs; run++) {
    console.error(`${startName(network)}: ${run + 1} of ${pairs}`);
    seconds.push(await secondsToFirstStep(network, threads));
  }
  return { type: 'start', name: startName(network), n: pairs, seconds: spreadOf(seconds) };
}

await main();
