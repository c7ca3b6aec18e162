/** The options of a training on the command line, each with its reader. */
import { Option, type Command, type OptionValues } from 'commander';
import { networkNames } from '../network/zoo/networks.ts';
import type { TrainingOptions } from '../training/trainingOptions.ts';
import { optionChecks, type OptionCheck, type OptionName } from '../training/optionChecks.ts';
import { optionError } from '../training/optionError.ts';
import { decimalNumber, wholeNumber } from './options.ts';
import { trainingFlags, type Flag } from './trainingFlags.ts';

/** Adds the network and every option of a training to a command. */
export function addTrainingOptions(command: Command): void {
  command.argument(
    '[network]',
    `${networkNames.join(', ')}, or a .json or .ts file with one of your own (default: alexnet)`,
  );
  for (const [title, flags] of trainingFlags) {
    command.optionsGroup(title);
    for (const one of flags) addFlag(command, one);
  }
}

function addFlag(command: Command, { option, flag, argument, help, negative }: Flag): void {
  const check: OptionCheck = optionChecks[option];
  if (check.kind === 'flag') {
    command.addOption(new Option(flag, help));
    command.addOption(new Option(flag.replace('--', '--no-'), negative));
    return;
  }
  command.addOption(
    new Option(`${flag} <${argument}>`, help).argParser((text) => readOption(option, flag, text)),
  );
}

/** The options that were given, in the library's names. What is absent is up to the recipe, or to a resumed run. */
export function givenOptions(network: string | undefined, parsed: OptionValues): TrainingOptions {
  const { lr, finalLr, lrScale, json: _json, color: _color, printConfig: _print, ...others } = parsed;
  const renamed = {
    ...others,
    network,
    learningRate: lr,
    finalLearningRate: finalLr,
    learningRateScale: lrScale,
  };
  const given = Object.entries(renamed).filter(([, value]) => value !== undefined);
  const values = given.map(([name, value]) => [name, value === unset ? null : (value as unknown)]);
  return Object.fromEntries(values) as TrainingOptions;
}

/** What takes a value away that the recipe or the file has. */
const unset = 'none';

/** A value from its text, which may be `none` for any option. Throws ALEX_OPTION_VALUE. */
export function readOption(option: OptionName, flag: string, text: string): unknown {
  const check: OptionCheck = optionChecks[option];
  const value = readValue(check, text);
  if (value === unset || check.accepts(value)) return value;
  throw optionError(flag, text, check.expected, check.words);
}

function readValue({ kind }: OptionCheck, text: string): unknown {
  if (text === unset) return unset;
  switch (kind) {
    case 'whole':
      return wholeNumber.test(text) ? Number(text) : NaN;
    case 'number':
      return decimalNumber.test(text) ? Number(text) : NaN;
    case 'numbers': {
      const numbers = text.split(',').map((part) => (wholeNumber.test(part) ? Number(part) : NaN));
      return numbers.length === 1 ? numbers[0] : numbers;
    }
    case 'list':
      return text.split(',').map((part) => part.trim());
    case 'scales':
      return Object.fromEntries(text.split(',').map(readScale));
    default:
      return text;
  }
}

/** `features=0.1` */
function readScale(part: string): readonly [string, number] {
  const [name = '', value = ''] = part.trim().split('=');
  return [name, decimalNumber.test(value) ? Number(value) : NaN];
}
