import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { scatterChart } from '../charts/scatterChart.ts';
import { bareSteps } from '../engine/bareSteps.ts';
import type { OperationTime } from '../engine/cpu/profile.ts';
import type { EngineName } from '../engine/engine.ts';
import { benchClasses, warmUpSteps } from './benchDefaults.ts';
import { findNetwork } from './findNetwork.ts';
import { createProfiledEngine } from './profiledEngine.ts';
import { measuredLayers, totalsOf, type Machine, type MeasuredLayer, type Total } from './roofline.ts';
import { rooflineChart } from './rooflineChart.ts';
import { createTerminal } from './terminal.ts';
import { percent, table } from './text.ts';

/** Those of `bench` too. */
interface LayersOptions {
  readonly network: string;
  readonly batchSize: number;
  readonly threads?: number;
  readonly rounds: number;
  readonly engine: EngineName;
  readonly svg?: string;
  readonly json?: boolean;
}

/** What was run, and on what. */
export interface Run extends Machine {
  readonly type: 'machine';
  readonly engine: string;
  readonly threads: number;
  readonly network: string;
  readonly batch: number;
  readonly rounds: number;
}

interface Results {
  readonly run: Run;
  readonly layers: readonly MeasuredLayer[];
  readonly totals: readonly Total[];
}

/** `alexnet bench layers`. */
export function layersCommand(): Command {
  return new Command('layers')
    .summary("each layer's time in a training step against the machine's limits")
    .description(
      'Times the layers of a training step on random images: forward, both gradients and update, beside the peak of\n' +
        'this machine, measured just before. GFLOPS count the work of the direct algorithm, and bytes each tensor once,\n' +
        'whatever was done instead: more than 100% of the peak means that less was done.',
    )
    .option('--svg <file>', 'draw the roofline chart into this file')
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet bench layers --threads 2\n  $ alexnet bench layers --batch-size 128 --svg roofline.svg --json',
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<LayersOptions>();
      const terminal = createTerminal(options.json === true);
      const results = await benchLayers(options);
      const { run, layers, totals } = results;
      for (const line of [run, ...layers, ...totals]) terminal.emit(line);
      terminal.print(report(results));
      if (options.svg === undefined) return;
      await writeFile(options.svg, await scatterChart(rooflineChart(run, layers)));
      terminal.say(`\nThe chart is in ${options.svg}.`);
    });
}

async function benchLayers(options: LayersOptions): Promise<Results> {
  const network = await findNetwork(options.network, benchClasses, benchClasses);
  const engine = await createProfiledEngine(options.engine, options.threads);
  const { passTimes } = await import('../engine/cpu/plan/passTimes.ts');
  const { batchSize, rounds } = options;
  const machine = await engine.measureRates();
  const program = await engine.compile(network, { batchSize, training: true });
  try {
    const runStep = bareSteps('train', program);
    const steps: OperationTime[][] = [];
    for (let step = 0; step < warmUpSteps + rounds; step++) {
      await runStep(step);
      const times = program.profile!.read();
      if (step >= warmUpSteps) steps.push(times);
    }
    const times = passTimes(network, batchSize, steps);
    const about = { engine: `${engine.name} ${engine.target}`, threads: engine.threads };
    const run: Run = {
      type: 'machine',
      ...about,
      network: options.network,
      batch: batchSize,
      rounds,
      peakGigaflops: machine.gigaflops,
      memoryGigabytesPerSecond: Math.max(machine.readGigabytes, machine.updateGigabytes),
    };
    return { run, layers: measuredLayers(times, run), totals: totalsOf(times, run) };
  } finally {
    await program.dispose();
  }
}

const passNames = {
  prepare: 'prepare',
  forward: 'forward',
  weightGradient: 'weight gradient',
  inputGradient: 'input gradient',
  update: 'update',
} as const;

function report({ run, layers, totals }: Results): string {
  const header = ['layer', 'pass', 'algorithm', 'ms', 'GFLOPS', 'of peak', 'MB', 'GB/s'];
  const rows = layers.flatMap(({ layer, passes }) =>
    passes.map((pass, index) => [
      index === 0 ? layer : '',
      passNames[pass.pass],
      pass.algorithm ?? '',
      ...speedCells(pass),
      pass.bytes === 0 ? '' : (pass.bytes / 1e6).toFixed(2),
      pass.bytes === 0 ? '' : pass.gigabytesPerSecond.toFixed(1),
    ]),
  );
  const sums = totals.map((total) => [total.of, '', '', ...speedCells(total)]);
  const { network, batch, rounds, engine, threads } = run;
  return [
    `${network}, batch ${batch}, ${engine}, threads ${threads}; medians of ${rounds} steps`,
    `peak ${run.peakGigaflops.toFixed(0)} GFLOPS, memory ${run.memoryGigabytesPerSecond.toFixed(0)} GB/s`,
    '',
    table([header, ...rows, [], ...sums], [3, 4, 5, 6, 7]),
  ].join('\n');
}

function speedCells({ milliseconds, gigaflops, peakShare }: Omit<Total, 'type' | 'of'>): string[] {
  return [
    milliseconds.toFixed(3),
    gigaflops === undefined ? '' : gigaflops.toFixed(0),
    peakShare === undefined ? '' : percent(peakShare),
  ];
}
