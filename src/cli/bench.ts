import { Command } from 'commander';
import { bareSteps } from '../engine/bareSteps.ts';
import type { Engine, EngineName, Program } from '../engine/engine.ts';
import { benchClasses, warmUpSteps } from './benchDefaults.ts';
import { layersCommand } from './benchLayers.ts';
import { findNetwork } from './findNetwork.ts';
import { oneOf, readers, whole } from './options.ts';
import { spreadOf, type Spread } from './statistics.ts';
import { createTerminal } from './terminal.ts';
import { bytes, rate } from './text.ts';

interface BenchOptions {
  readonly batchSize: number;
  readonly threads?: number;
  readonly network: string;
  readonly rounds: number;
  readonly engine: EngineName;
  readonly json?: boolean;
}

/** What `alexnet bench --json` prints. */
export interface BenchResult {
  /** This program, the engine and its target, such as `alexnet (cpu wasm-256)`. */
  readonly peer: string;
  readonly mode: 'train' | 'infer';
  readonly batch: number;
  readonly threads: number;
  readonly imagesPerSecond: Spread;
  /** Most memory that the process held at once. */
  readonly peakBytes: number;
}

/** `alexnet bench`. */
export function benchCommand(): Command {
  return new Command('bench')
    .summary('time bare steps on random images')
    .description(
      `Times bare training steps or forward passes on random images, after ${warmUpSteps} to warm up: no loader, no log.`,
    )
    .addCommand(layersCommand())
    .argument('<mode>', 'train or infer', oneOf('mode', ['train', 'infer']))
    .option('--batch-size <n>', 'images a step', readers.batchSize, 32)
    .option('--threads <n>', 'threads of the engine (default: one a processor)', readers.threads)
    .option('--network <name>', 'network', 'alexnet')
    .option('--rounds <n>', 'steps that are timed, one by one', whole('--rounds', 1, 100_000), 10)
    .option('--engine <name>', 'cpu, x64, wasm or reference', readers.engine, 'cpu')
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet bench train --batch-size 32 --threads 2\n  $ alexnet bench infer --batch-size 1 --json',
    )
    .action(async (mode: 'train' | 'infer', _: unknown, command: Command) => {
      const options = command.optsWithGlobals<BenchOptions>();
      const terminal = createTerminal(options.json === true);
      const result = await bench(mode, options);
      const { median, min, max } = result.imagesPerSecond;
      terminal.emit(result);
      terminal.print(
        `${result.peer}, ${options.network}, ${mode}, batch ${result.batch}, threads ${result.threads}: ` +
          `${rate(median)} (median of ${options.rounds}; ${min.toFixed(1)} to ${max.toFixed(1)}), ` +
          `peak memory ${bytes(result.peakBytes)}`,
      );
    });
}

async function bench(mode: 'train' | 'infer', options: BenchOptions): Promise<BenchResult> {
  const network = await findNetwork(options.network, benchClasses, benchClasses);
  const { createEngine } = await import('../engine/create.ts');
  const engine = await createEngine(options.engine, { threads: options.threads });
  const program = await engine.compile(network, {
    batchSize: options.batchSize,
    training: mode === 'train',
  });
  try {
    const seconds = await timeSteps(mode, program, options.rounds);
    return describe(mode, engine, options.batchSize, seconds);
  } finally {
    await program.dispose();
  }
}

/** Seconds of each timed step. */
async function timeSteps(mode: 'train' | 'infer', program: Program, rounds: number): Promise<number[]> {
  const runStep = bareSteps(mode, program);
  const seconds: number[] = [];
  for (let step = 0; step < warmUpSteps + rounds; step++) {
    const start = performance.now();
    await runStep(step);
    if (step >= warmUpSteps) seconds.push((performance.now() - start) / 1000);
  }
  return seconds;
}

function describe(
  mode: 'train' | 'infer',
  engine: Engine,
  batch: number,
  seconds: readonly number[],
): BenchResult {
  return {
    peer: `alexnet (${engine.name} ${engine.target})`,
    mode,
    batch,
    threads: engine.threads,
    imagesPerSecond: spreadOf(seconds.map((value) => batch / value)),
    // maxRSS is in kilobytes.
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}
