import { Command, CommanderError } from 'commander';
import { AlexnetError, alexnetError } from '../errors.ts';
import { benchCommand } from './bench.ts';
import { compareCommand } from './compare.ts';
import { convertCommand } from './convert.ts';
import { dataCommand } from './data.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { infoCommand } from './info.ts';
import { labCommand } from './lab.ts';
import { lrFindCommand } from './lrFind.ts';
import { Interrupted, interruptedExitCode } from './interrupt.ts';
import { planCommand } from './plan.ts';
import { predictCommand } from './predict.ts';
import { reportCommand } from './report.ts';
import { studioCommand } from './studio.ts';
import { testCommand } from './test.ts';
import { trainCommand } from './train.ts';
import { packageVersion } from '../packageVersion.ts';

const about = `Train, evaluate and understand AlexNet-family image classifiers.

Results go to standard output; progress and remarks go there too when it is a terminal, and to standard
error when it is not. With --json, standard output is one JSON object a line and nothing else.
Exit codes: 0 done, 1 the work failed, 2 wrong usage, 130 interrupted (after a checkpoint).`;

const examples = `
Examples:
  $ alexnet demo                                  a trained network in about a minute
  $ alexnet data fetch cifar10                    get CIFAR-10
  $ alexnet train                                 the article's recipe: AlexNet on CIFAR-10, one epoch
  $ alexnet train --initialization he             the same, but it learns
  $ alexnet test runs/alexnet-cifar10/model.safetensors
  $ alexnet predict runs/alexnet-cifar10/model.safetensors cat.jpg
  $ alexnet explain runs/alexnet-cifar10 cat.jpg  where it looks, and what each layer makes of it
  $ alexnet convert alexnet.pth alexnet.safetensors
  $ alexnet info alexnet --classes 10             its layers, shapes and parameters
  $ alexnet plan alexnet                          how long training will take, and how much memory
  $ alexnet studio                                a page to learn, train, try, and watch trainings
  $ alexnet lab vanishing-gradient                see one of the article's claims happen`;

function buildProgram(): Command {
  const program = new Command('alexnet')
    .description(about)
    .version(packageVersion())
    .option('--json', 'write one JSON object a line to standard output, and nothing else')
    .option('--no-color', 'write no colours (as NO_COLOR in the environment does)')
    .addHelpText('after', examples);
  // The environment says it to whatever else runs in this process.
  program.on('option:no-color', () => {
    delete process.env['FORCE_COLOR'];
    process.env['NO_COLOR'] = '1';
  });
  const commands = [
    trainCommand,
    lrFindCommand,
    testCommand,
    predictCommand,
    explainCommand,
    convertCommand,
    dataCommand,
    infoCommand,
    planCommand,
    labCommand,
    reportCommand,
    compareCommand,
    doctorCommand,
    studioCommand,
    benchCommand,
    demoCommand,
  ];
  for (const command of commands) program.addCommand(command());
  forEachCommand(program, (command) => {
    command
      .exitOverride()
      .showSuggestionAfterError()
      .configureHelp({ showGlobalOptions: true, helpWidth: 110 })
      // Commander's own error text is not wanted: main prints every error in one form.
      .configureOutput({ outputError: () => {} });
  });
  return program;
}

function forEachCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) forEachCommand(child, visit);
}

/** Runs the command line; sets process.exitCode to 0, 1, 2 or 130. Never rejects. */
export async function main(argv: readonly string[]): Promise<void> {
  endQuietlyWhenNobodyReads();
  const program = buildProgram();
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error, argv);
  }
}

/** `alexnet info alexnet | head -1` closes standard output early: that is no failure. */
function endQuietlyWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

/** Prints an error, without a stack unless ALEXNET_DEBUG is set; returns the exit code. */
function report(error: unknown, argv: readonly string[]): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    return report(usageError(error, argv), argv);
  }
  if (error instanceof Interrupted) return interruptedExitCode;
  if (process.env['ALEXNET_DEBUG']) console.error(error);
  else if (error instanceof AlexnetError) console.error(described(error));
  else {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    console.error(
      `${message}\nThis is a fault of alexnet itself. Set ALEXNET_DEBUG=1 to see where it arose.`,
    );
  }
  return error instanceof AlexnetError ? error.exitCode : 1;
}

/** The error on one line, the advice on the next. */
function described({ message, advice }: AlexnetError): string {
  return `${message.slice(0, message.length - advice.length).trimEnd()}\n${advice}`;
}

function usageError(error: CommanderError, argv: readonly string[]): AlexnetError {
  // Commander prints the help when a command is missing, and calls that an error.
  const problem = error.code === 'commander.help' ? 'a command is missing' : tidy(error.message);
  return alexnetError('ALEX_USAGE', { problem, command: commandPath(argv) });
}

/** The command that the arguments name, as far as it exists: `alexnet data fetch`. */
function commandPath(argv: readonly string[]): string {
  const path = ['alexnet'];
  let command = buildProgram();
  for (const word of argv.slice(2)) {
    const next = command.commands.find((child) => child.name() === word);
    if (next === undefined) continue;
    path.push(word);
    command = next;
  }
  return path.join(' ');
}

/** Commander's `error: unknown option '--epoch'\n(Did you mean --epochs?)`, on one line. */
function tidy(message: string): string {
  return message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
}
