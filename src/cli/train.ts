import { Command, type OptionValues } from 'commander';
import type { TrainingOptions } from '../training/trainingOptions.ts';
import { recipeNames } from '../training/recipes/recipeNames.ts';
import type { TrainingOutcome } from '../training/train.ts';
import { catchInterrupt, interruptedExitCode } from './interrupt.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { addTrainingOptions, givenOptions, readOption } from './trainOptions.ts';
import { createTrainingReport } from './trainingReport.ts';

const about = `Trains a network. With no option it is the article's recipe: AlexNet on CIFAR-10, images resized to 224,
batches of 32 shuffled, SGD with learning rate 0.001 and momentum 0.9, one epoch. --recipe takes another set
of options, --config a file of them. An option that is given comes before both; "none" takes its value away.

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
  $ alexnet train --recipe one-epoch                           more in one epoch
  $ alexnet train --recipe paper --print-config > my.json      a recipe to edit; then:
  $ alexnet train --config my.json --epochs 30
  $ alexnet train --limit-train 3200 --limit-test 1000 --log-every 20
  $ alexnet train --resume runs/alexnet-cifar10                go on after Ctrl-C
  $ alexnet train --resume checkpoint.pth --epochs 10          go on from a checkpoint of PyTorch
  $ alexnet train --init runs/alexnet-cifar10/model.safetensors --lr 0.0001`;

/** `alexnet train`. */
export function trainCommand(): Command {
  const command = new Command('train')
    .summary('train a network')
    .description(about)
    .addHelpText('after', examples);
  addRunOptions(command);
  addTrainingOptions(command);
  return command.action(async (network: string | undefined, _: unknown, self: Command) => {
    const values = self.optsWithGlobals<OptionValues>();
    const terminal = createTerminal(values['json'] === true);
    const options = givenOptions(network, values);
    if (values['printConfig'] === true) return printConfig(terminal, options);
    const outcome = await trainAndTell(terminal, options);
    if (!outcome.interrupted) terminal.say(nextSteps(outcome));
  });
}

function addRunOptions(command: Command): void {
  command
    .optionsGroup('Recipe and files:')
    .option(
      '--recipe <name>',
      `where all options come from that are not given: ${recipeNames.join(', ')} (default: article)`,
      (text) => readOption('recipe', '--recipe', text) as string,
    )
    .option('--config <file>', 'options from a file; those given here come before it')
    .option('--print-config', 'print all options, as --config takes them back, and do nothing')
    .option(
      '--out <dir>',
      'folder of the run (default: runs/NETWORK-DATASET, with a number when that is taken)',
    )
    .option(
      '--resume <path>',
      "go on with the run in this folder, with --lr at that rate; or in a new run, from a checkpoint file, PyTorch's or ours",
    )
    .option(
      '--control',
      'take orders from the folder of the run: "alexnet studio" can stop it and change its learning rate',
    );
}

/** Prints the configuration of a new run, or of the one to go on with: JSON over several lines, or on one with --json. */
async function printConfig(terminal: Terminal, options: TrainingOptions): Promise<void> {
  const { configText, newConfig } = await import('../training/configFile.ts');
  const { resumedConfig } = await import('../training/resume.ts');
  const text = configText(
    options.resume === undefined
      ? await newConfig(options)
      : (await resumedConfig(options.resume, options)).config,
  );
  terminal.emit(JSON.parse(text) as object);
  terminal.print(text.trimEnd());
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
