import { Command, type OptionValues } from 'commander';
import { datasetNames } from '../data/datasets.ts';
import { networkNames } from '../network/zoo/networks.ts';
import type { TrainingOptions } from '../training/config.ts';
import type { TrainingOutcome } from '../training/train.ts';
import { catchInterrupt, interruptedExitCode } from './interrupt.ts';
import { decimal, oneOf, readers, whole } from './options.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { createTrainingReport } from './trainingReport.ts';

const about = `Trains a network. With no option it is the article's recipe: AlexNet on CIFAR-10, images resized to 224,
batches of 32 shuffled, SGD with learning rate 0.001 and momentum 0.9, one epoch.

The run owns a folder (--out): config.json, events.jsonl and a TensorBoard file (tensorboard --logdir runs),
checkpoints, and model.safetensors at the end.
Ctrl-C finishes the step and writes a checkpoint; --resume goes on from the last one to the same weights as a
run that was never interrupted.
The loss lines, "Finished Training" and the accuracy are results, on standard output wherever that goes.`;

const examples = `
Examples:
  $ alexnet train                                              the article's recipe
  $ alexnet train --initialization he                          the same, but it learns
  $ alexnet train alexnet-32 --dataset shapes --epochs 3 --lr 0.01
  $ alexnet train --limit-train 3200 --limit-test 1000 --log-every 20
  $ alexnet train --resume runs/alexnet-cifar10                go on after Ctrl-C
  $ alexnet train --init runs/alexnet-cifar10/model.safetensors --lr 0.0001`;

/** `alexnet train`. */
export function trainCommand(): Command {
  const command = new Command('train')
    .summary('train a network')
    .description(about)
    .argument('[network]', `${networkNames.join(' or ')} (default: alexnet)`)
    .addHelpText('after', examples);
  addDataOptions(command);
  addRecipeOptions(command);
  addRunOptions(command);
  return command.action(async (network: string | undefined, _: unknown, self: Command) => {
    const values = self.optsWithGlobals<OptionValues>();
    const terminal = createTerminal(values['json'] === true);
    const outcome = await trainAndTell(terminal, trainingOptions(network, values));
    if (!outcome.interrupted) terminal.say(nextSteps(outcome));
  });
}

function addDataOptions(command: Command): void {
  command
    .option(
      '--dataset <name>',
      `${datasetNames.join(', ')}, or the path of a CIFAR-10 archive or folder (default: cifar10)`,
    )
    .option('--data-dir <dir>', 'where to look for data sets')
    .option(
      '--limit-train <n>',
      'train on the first N images only',
      whole('--limit-train', 1, Number.MAX_SAFE_INTEGER),
    )
    .option(
      '--limit-test <n>',
      'test on the first N images only',
      whole('--limit-test', 1, Number.MAX_SAFE_INTEGER),
    )
    .option('--no-shuffle', 'take the training images in their own order');
}

function addRecipeOptions(command: Command): void {
  command
    .option('--epochs <n>', 'passes over the training images (default: 1)', whole('--epochs', 1, 1_000_000))
    .option('--batch-size <n>', 'images a step (default: 32)', readers.batchSize)
    .option(
      '--lr <rate>',
      'learning rate (default: 0.001)',
      decimal('--lr', 'a number over 0', (value) => value > 0),
    )
    .option(
      '--momentum <m>',
      'momentum of SGD (default: 0.9)',
      decimal('--momentum', 'a number from 0, less than 1', (value) => value >= 0 && value < 1),
    )
    .option(
      '--weight-decay <d>',
      'L2 penalty of SGD (default: 0)',
      decimal('--weight-decay', 'a number from 0', (value) => value >= 0),
    )
    .option(
      '--dropout <p>',
      'probability of dropout (default: 0.5)',
      decimal('--dropout', 'a number from 0, less than 1', (value) => value >= 0 && value < 1),
    )
    .option(
      '--initialization <scheme>',
      "torchvision (PyTorch's default) or he (default: torchvision)",
      oneOf('--initialization', ['torchvision', 'he']),
    )
    .option(
      '--seed <n>',
      'of weights, order and dropout: the same seed gives the same bits (default: 0)',
      readers.seed,
    );
}

function addRunOptions(command: Command): void {
  command
    .option('--engine <name>', 'cpu, x64, wasm or reference (default: cpu)', readers.engine)
    .option('--threads <n>', 'threads of the engine (default: one a processor)', readers.threads)
    .option('--workers <n>', 'threads that load images ahead (default: 2)', readers.workers)
    .option(
      '--log-every <n>',
      'steps between loss lines (default: 200)',
      whole('--log-every', 1, Number.MAX_SAFE_INTEGER),
    )
    .option(
      '--out <dir>',
      'folder of the run (default: runs/NETWORK-DATASET, with a number when that is taken)',
    )
    .option('--no-tensorboard', "write no TensorBoard file into the run's folder")
    .option('--resume <dir>', 'go on with the run in this folder')
    .option('--init <file>', 'begin with the weights of this model file');
}

/** The options that were given, in the library's names. What is absent is up to the recipe, or to a resumed run. */
function trainingOptions(network: string | undefined, values: OptionValues): TrainingOptions {
  const { lr, shuffle, tensorboard, json: _, ...others } = values;
  // Commander says true where --no-… was not given: that is up to the recipe, too.
  const without = (value: unknown): false | undefined => (value === false ? false : undefined);
  const renamed = {
    ...others,
    network,
    learningRate: lr,
    shuffle: without(shuffle),
    tensorboard: without(tensorboard),
  };
  const given = Object.entries(renamed).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as TrainingOptions;
}

/** Trains and tells the events. Sets the exit code to 130 when interrupted. */
export async function trainAndTell(terminal: Terminal, options: TrainingOptions): Promise<TrainingOutcome> {
  const { train } = await import('../training/train.ts');
  const message = 'finishing the step, writing a checkpoint… (Ctrl-C again to stop at once)';
  const interrupt = catchInterrupt(terminal, message);
  try {
    const onEvent = createTrainingReport(terminal);
    const outcome = await train(options, { onEvent, signal: interrupt.signal });
    if (outcome.interrupted) {
      terminal.say(`Interrupted. Go on with:\n  alexnet train --resume ${outcome.out}`);
      process.exitCode = interruptedExitCode;
    }
    return outcome;
  } finally {
    terminal.drawLine('');
    interrupt.release();
  }
}

/** What to do with a model now that it is there. */
function nextSteps({ out, model }: TrainingOutcome): string {
  return `
The model is saved: ${model}. Try next:
  alexnet test ${out}
  alexnet predict ${out} IMAGE…
  alexnet train --resume ${out} --epochs N    for more epochs, N in all`;
}
