import { Command } from 'commander';
import type { Engine, EngineName, Program } from '../engine/engine.ts';
import { initialise } from '../network/initialise.ts';
import { classCount } from '../network/shapes.ts';
import { buildNetwork } from '../network/zoo/networks.ts';
import { createGenerator } from '../random/generator.ts';
import { purposes } from '../random/philox.ts';
import { oneOf, readers, whole } from './options.ts';
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
  readonly imagesPerSecond: { readonly median: number; readonly min: number; readonly max: number };
  /** Most memory that the process held at once. */
  readonly peakBytes: number;
}

const warmUpSteps = 2;
const classes = 10;

/** `alexnet bench`. */
export function benchCommand(): Command {
  return new Command('bench')
    .summary('time bare steps on random images')
    .description(
      `Times bare training steps or forward passes on random images, after ${warmUpSteps} to warm up: no loader, no log.`,
    )
    .argument('<mode>', 'train or infer', oneOf('mode', ['train', 'infer']))
    .option('--batch-size <n>', 'images a step', readers.batchSize, 32)
    .option('--threads <n>', 'threads of the engine (default: one a processor)', readers.threads)
    .option('--network <name>', 'network', 'alexnet')
    .option('--rounds <n>', 'steps that are timed, one by one', whole('--rounds', 1, 100_000), 10)
    .option('--engine <name>', 'cpu or reference', readers.engine, 'cpu')
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
  const network = buildNetwork(options.network, { classes });
  const { createEngine } = await import('../engine/create.ts');
  const engine = await createEngine(options.engine, { threads: options.threads });
  const program = await engine.compile(network, {
    batchSize: options.batchSize,
    training: mode === 'train',
  });
  try {
    initialise(network, { scheme: 'he', seed: 0 }, (name, values) => program.writeParameter(name, values));
    fillWithNoise(program);
    const seconds = await timeSteps(mode, program, options.rounds);
    return describe(mode, engine, options.batchSize, seconds);
  } finally {
    await program.dispose();
  }
}

/** Pixels as they come out of Normalize(0.5, 0.5): from -1 to 1. */
function fillWithNoise({ inputs }: Program): void {
  const random = createGenerator(0, purposes.images);
  const input = inputs[0]!;
  const [images, channels, height, width] = input.shape;
  for (let n = 0; n < images; n++) {
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < height; y++) {
        const row =
          input.offset + n * input.strides.image + c * input.strides.channel + y * input.strides.row;
        for (let x = 0; x < width; x++) {
          input.data[row + x * input.strides.column] = 2 * random.uniform() - 1;
        }
      }
    }
  }
}

/** Seconds of each timed step. */
async function timeSteps(mode: 'train' | 'infer', program: Program, rounds: number): Promise<number[]> {
  const random = createGenerator(1, purposes.images);
  const labels = Uint8Array.from({ length: program.batchSize }, () =>
    random.below(classCount(program.network)),
  );
  const sgd = { learningRate: 0.001, momentum: 0.9, weightDecay: 0 };
  const seconds: number[] = [];
  for (let step = 0; step < warmUpSteps + rounds; step++) {
    const start = performance.now();
    if (mode === 'train') await program.step({ labels, sgd, dropout: { seed: 0, step } });
    else await program.forward();
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
  const rates = seconds.map((value) => batch / value).sort((a, b) => a - b);
  const middle = rates.length >> 1;
  const median = rates.length % 2 === 1 ? rates[middle]! : (rates[middle - 1]! + rates[middle]!) / 2;
  return {
    peer: `alexnet (${engine.name} ${engine.target})`,
    mode,
    batch,
    threads: engine.threads,
    imagesPerSecond: { median, min: rates[0]!, max: rates.at(-1)! },
    // maxRSS is in kilobytes.
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}
