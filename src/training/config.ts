import { checkAugment } from '../data/augmentation/named.ts';
import { checkDeterministic, checkTransforms } from '../data/transforms.ts';
import { isNetworkFile } from './networkFileName.ts';
import { buildNetwork } from '../network/zoo/networks.ts';
import { optionChecks, type OptionCheck, type OptionName } from './optionChecks.ts';
import { optionError } from './optionError.ts';
import type { RecipeName } from './recipes/recipeNames.ts';
import { recipes } from './recipes/recipes.ts';
import type { TrainingConfig, TrainingOptions } from './trainingOptions.ts';

/**
 * The options over a recipe or over a configuration, checked. Throws ALEX_OPTION_VALUE, which names the option,
 * ALEX_NETWORK_UNKNOWN, ALEX_DATA_TRANSFORMS.
 */
export function trainingConfig(options: TrainingOptions, base?: TrainingConfig): TrainingConfig {
  const { resume: _resume, out: _out, config: _config, control: _control, dataset, ...given } = options;
  const below = base ?? { ...recipeNamed(options.recipe ?? 'article'), ...networkOf(options) };
  const named = typeof dataset === 'object' && dataset !== null ? dataset.train.name : dataset;
  const set = Object.entries({ ...given, dataset: named }).filter(([, value]) => value !== undefined);
  const config = withoutUnset({ ...below, ...Object.fromEntries(set) });
  // A recipe's probability is for the networks that it may be said of.
  if (!isOfZoo(config['network']) && given.dropout === undefined) delete config['dropout'];
  for (const name of Object.keys(optionChecks) as OptionName[]) checkOption(name, config[name]);
  const checked = config as unknown as TrainingConfig;
  checkImages(checked);
  checkNetwork(checked);
  checkSchedule(checked);
  return checked;
}

function recipeNamed(name: string): TrainingConfig {
  checkOption('recipe', name);
  return recipes[name as RecipeName];
}

/** Weights from a file bring their network along, unless another is asked for. */
function networkOf({ init, network }: TrainingOptions): object {
  return typeof init === 'string' && network === undefined ? { network: undefined } : {};
}

/** Only what need not be set can be taken away: null stays where it is wrong. */
function withoutUnset(values: object): Record<string, unknown> {
  const kept = Object.entries(values).filter(
    ([name, value]) => value !== undefined && (value !== null || isNeeded(name)),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, value as unknown]));
}

/** Whether the option must have a value; the network may come from a file, and nothing needs to be watched. */
function isNeeded(name: string): boolean {
  return Object.hasOwn(recipes.article, name) && name !== 'network' && name !== 'watchEvery';
}

/** Throws ALEX_OPTION_VALUE for a value that is none of the option's; `named` is what the message calls it. */
export function checkOption(name: OptionName, value: unknown, named: string = name): void {
  const check: OptionCheck = optionChecks[name];
  if (value === undefined && !isNeeded(name)) return;
  if (!check.accepts(value)) throw optionError(named, value, check.expected, check.words);
}

/** Whether a network is given by a name of the zoo, right or wrong. */
function isOfZoo(network: unknown): network is string {
  return typeof network === 'string' && !isNetworkFile(network);
}

function checkNetwork({ network, dropout }: TrainingConfig): void {
  if (isOfZoo(network)) buildNetwork(network, { classes: 2 });
  else if (dropout !== undefined) {
    const expected = 'nothing with a network that is not given by name: set it in its layers';
    throw optionError('dropout', dropout, expected);
  }
}

function checkImages({ transforms, trainTransforms, augment }: TrainingConfig): void {
  if (transforms !== undefined) checkDeterministic(transforms);
  if (trainTransforms !== undefined) checkTransforms(trainTransforms);
  if (augment === undefined) return;
  checkAugment(augment);
  if (trainTransforms !== undefined) {
    throw optionError('augment', augment, 'nothing with trainTransforms, which say all that is done');
  }
}

function checkSchedule({ schedule, warmupEpochs }: TrainingConfig): void {
  if (schedule === 'one-cycle' && warmupEpochs > 0) {
    throw optionError('warmupEpochs', warmupEpochs, '0 with one-cycle, which has its own: set cyclePeak');
  }
}
