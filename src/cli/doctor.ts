import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { Command } from 'commander';
import { alexnetError } from '../errors.ts';
import { foundDatasets, whereabouts, type FoundDataset } from './foundDatasets.ts';
import { languages, userLanguage, type Language } from '../language.ts';
import { oneOf, readers, whole } from './options.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { bytes, table } from './text.ts';
import { packageVersion } from '../packageVersion.ts';

interface DoctorOptions {
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly dataset?: string;
  readonly images?: number;
  readonly lang?: Language;
  readonly threads?: number;
}

/** How the CPU engine chose what runs its arithmetic. */
interface EngineReport {
  readonly chosen: string;
  readonly candidates: readonly {
    readonly target: string;
    readonly available: boolean;
    readonly reason: string;
    readonly gigaflops?: number;
  }[];
  /** What the system is set to give, where it has such a setting. */
  readonly hugePages?: 'always' | 'madvise' | 'never';
  /** Whether the speeds were measured before, and the file that keeps them. */
  readonly timings?: { readonly kept: boolean; readonly file: string };
}

interface Diagnosis {
  readonly version: string;
  readonly node: { readonly version: string; readonly path: string };
  readonly system: string;
  readonly processor: string;
  /** Threads that the engine starts when nobody says how many. */
  readonly threads: number;
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
  readonly engine: EngineReport | { readonly problem: string };
  readonly datasets: readonly FoundDataset[];
}

/** `alexnet doctor`. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('what is wrong with a training; without one, what this machine has')
    .description(
      'With the folder of a training run: says what is wrong with it and what to try, from its events and from what its\n' +
        'model makes of its training images.\n' +
        'Without: shows the Node that runs, which engine target was chosen and why, threads, memory, and the data found.\n' +
        'The exit code is 1 then when the CPU engine cannot run here.',
    )
    .argument('[run]', 'the folder of a training run')
    .option('--data-dir <dir>', 'where to look for data sets')
    .option('--dataset <name>', "of a run: in place of the training's data set, if that has moved")
    .option(
      '--images <n>',
      'of a run: look at so many training images (default: what takes some seconds)',
      whole('--images', 1, Number.MAX_SAFE_INTEGER),
    )
    .option('--threads <n>', 'of a run: threads of the engine (default: one a processor)', readers.threads)
    .option(
      '--lang <language>',
      'of a run: en or ja (default: that of your locale)',
      oneOf('--lang', languages),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet doctor\n  $ alexnet doctor runs/alexnet-32-shapes\n  $ alexnet doctor runs/alexnet-cifar10 --images 50000 --json',
    )
    .action(async (run: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<DoctorOptions>();
      const terminal = createTerminal(options.json === true);
      if (run !== undefined) {
        const { tellRunDiagnosis } = await import('./runDiagnosis.ts');
        return tellRunDiagnosis(terminal, run, { ...options, language: options.lang ?? userLanguage() });
      }
      const diagnosis = await diagnose(options.dataDir);
      terminal.emit(diagnosis);
      tell(terminal, diagnosis);
      if ('problem' in diagnosis.engine) {
        throw alexnetError('ALEX_ENGINE_UNAVAILABLE', { engine: 'cpu', reason: diagnosis.engine.problem });
      }
    });
}

async function diagnose(dataDir: string | undefined): Promise<Diagnosis> {
  return {
    version: packageVersion(),
    node: { version: process.versions.node, path: process.execPath },
    system: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    threads: availableParallelism(),
    memoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
    engine: await examineEngine(),
    datasets: foundDatasets(dataDir),
  };
}

/** Whatever goes wrong in there is what the doctor is asked about. */
async function examineEngine(): Promise<Diagnosis['engine']> {
  try {
    const { describeCpuTargets } = await import('../engine/cpu/targets/describeTargets.ts');
    return await describeCpuTargets();
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

const hugePageRemarks = {
  always: 'for all memory',
  madvise: 'for memory that asks for them, as a training does',
  never: 'none, so training has to do with small ones',
} as const;

function hugePageRow(engine: Diagnosis['engine']): string[][] {
  if ('problem' in engine || engine.hugePages === undefined) return [];
  return [['huge pages', hugePageRemarks[engine.hugePages]]];
}

function tell(terminal: Terminal, diagnosis: Diagnosis): void {
  const { node, memoryBytes, freeMemoryBytes, engine } = diagnosis;
  const rows = [
    ['alexnet', diagnosis.version],
    ['Node', `${node.version} (${node.path})`],
    ['system', `${diagnosis.system}, ${diagnosis.processor}`],
    ['threads', String(diagnosis.threads)],
    ['memory', `${bytes(memoryBytes)}, ${bytes(freeMemoryBytes)} free`],
    ...hugePageRow(engine),
    ['engine', 'problem' in engine ? engine.problem : `cpu ${engine.chosen}`],
  ];
  terminal.print(table(rows));
  if (!('problem' in engine)) {
    const lines = engine.candidates.map(({ target, available, reason, gigaflops }) => [
      `  ${target}`,
      available ? 'yes' : 'no',
      gigaflops === undefined ? '' : `${gigaflops.toFixed(0)} GFLOPS`,
      reason,
    ]);
    terminal.print(table(lines, [2]));
    if (engine.timings) {
      const when = engine.timings.kept ? 'measured before; kept' : 'measured now, to be kept';
      terminal.print(`  speeds of one thread, ${when} in ${engine.timings.file}`);
    }
  }
  terminal.print('data');
  terminal.print(table(diagnosis.datasets.map((dataset) => [`  ${dataset.name}`, whereabouts(dataset)])));
}
