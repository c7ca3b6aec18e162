import { Command } from 'commander';
import { bareSteps } from '../engine/bareSteps.ts';
import type { CpuEngine } from '../engine/cpu/engine.ts';
import type { CompileOptions, EngineName } from '../engine/engine.ts';
import { steadySteps } from '../engine/steadySteps.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { networkNames } from '../network/zoo/networks.ts';
import { findNetwork } from './findNetwork.ts';
import { articleRecipe } from '../training/recipes/article.ts';
import { compiledUpdates, optimizerNames, type OptimizerName } from '../training/optimizer.ts';
import type { OptionName } from '../training/optionChecks.ts';
import { oneOf, readers, whole } from './options.ts';
import { readOption } from './trainOptions.ts';
import { describePlan, planTable, type MeasuredStep, type PlanSummary } from './planTable.ts';
import { createProfiledEngine } from './profiledEngine.ts';
import { createTerminal } from './terminal.ts';

interface PlanOptions {
  readonly batchSize: number;
  readonly threads?: number;
  readonly engine: EngineName;
  readonly classes?: number;
  readonly images: number;
  readonly epochs: number;
  readonly optimizer: OptimizerName;
  readonly ema?: number;
  readonly freeze?: readonly string[];
  readonly infer?: boolean;
  readonly measure?: boolean;
  readonly json?: boolean;
}

const cifar10Classes = 10;
const cifar10Images = 50_000;

/** `alexnet plan`. */
export function planCommand(): Command {
  return new Command('plan')
    .summary('how long training will take, and how much memory, before it starts')
    .description(
      'Predicts the time of a step and of an epoch, the memory, and the share of each layer. A model of the cost counts\n' +
        "the instructions and the memory traffic of the network's kernels; what these cost on this machine is measured\n" +
        'in some seconds on a small network. The network itself is not run, and its memory not taken.',
    )
    .argument(
      '<network>',
      `${networkNames.join(', ')}, a .json or .ts file with one of your own, a model file, or the folder of a training run`,
    )
    .option('--batch-size <n>', 'images a step', readers.batchSize, 32)
    .option('--threads <n>', 'threads of the engine (default: one a processor)', readers.threads)
    .option('--engine <name>', 'cpu, x64 or wasm', readers.engine, 'cpu')
    .option(
      '--classes <n>',
      `classes that the network tells apart (default: ${cifar10Classes})`,
      readers.classes,
    )
    .option(
      '--images <n>',
      "images of an epoch (the default is CIFAR-10's)",
      whole('--images', 1, Number.MAX_SAFE_INTEGER),
      cifar10Images,
    )
    .option('--epochs <n>', 'epochs', whole('--epochs', 1, 1_000_000), 1)
    .option('--optimizer <name>', optimizerNames.join(', '), oneOf('--optimizer', optimizerNames), 'sgd')
    .option('--ema <decay>', 'with an average of the weights, as in training', trainingOption('ema', '--ema'))
    .option(
      '--freeze <layers>',
      'with layers that stay as they are, as in training',
      trainingOption('freeze', '--freeze'),
    )
    .option('--infer', 'forward passes instead of training')
    .option('--measure', 'run it too, on random images, and show both')
    .addHelpText(
      'after',
      '\nExamples:\n  $ alexnet plan alexnet\n  $ alexnet plan alexnet --batch-size 128 --threads 2 --epochs 10\n  $ alexnet plan alexnet --optimizer adamw --freeze features\n  $ alexnet plan alexnet-32 --measure',
    )
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<PlanOptions>();
      const terminal = createTerminal(options.json === true);
      const network = await findNetwork(name, options.classes, cifar10Classes);
      terminal.drawLine('measuring this machine …');
      // Also when it fails: the error has a line of its own.
      const summary = await plan(network, options).finally(() => terminal.drawLine(''));
      for (const line of summary.layers) terminal.emit(line);
      const { layers: _layers, ...total } = summary;
      terminal.emit(total);
      terminal.print(planTable(summary));
    });
}

function trainingOption(option: OptionName, flag: string): (text: string) => unknown {
  return (text) => readOption(option, flag, text);
}

async function plan(network: NetworkSpec, options: PlanOptions): Promise<PlanSummary> {
  const { batchSize, infer = false } = options;
  const engine = await createProfiledEngine(options.engine, options.threads);
  const { optimizer, ema, freeze } = options;
  const updates = { ...articleRecipe, optimizer, ema, freeze };
  const compileOptions = { batchSize, training: !infer, ...compiledUpdates(updates, network) };
  const prediction = await engine.predict(network, compileOptions);
  const measured = options.measure ? await measure(engine, network, compileOptions) : undefined;
  return describePlan(prediction, {
    ...options,
    network: network.name,
    engine: `${engine.name} ${engine.target}`,
    threads: engine.threads,
    mode: infer ? 'infer' : 'train',
    measured,
  });
}

/** Runs it on random images. */
async function measure(
  engine: CpuEngine,
  network: NetworkSpec,
  options: CompileOptions,
): Promise<MeasuredStep> {
  const { passTimes } = await import('../engine/cpu/plan/passTimes.ts');
  const program = await engine.compile(network, options);
  try {
    const step = bareSteps(options.training ? 'train' : 'infer', program);
    const steps = await steadySteps(step, (milliseconds) => ({
      milliseconds,
      operations: program.profile!.read(),
    }));
    const operations = steps.map((each) => each.operations);
    return {
      milliseconds: steps.map((each) => each.milliseconds),
      passes: passTimes(network, options.batchSize, operations),
    };
  } finally {
    await program.dispose();
  }
}
