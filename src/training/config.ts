import type { Dataset } from '../data/dataset.ts';
import type { TransformStep } from '../data/transforms.ts';
import { checkTransforms } from '../data/transforms.ts';
import { engineNames, type EngineName } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { initializationSchemes, type InitializationScheme } from '../network/initialise.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { buildNetwork } from '../network/zoo/networks.ts';

/** A data set that is in memory already. */
export interface DatasetSplits {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** How to train. What is left out is the article's; see articleRecipe. */
export interface TrainingOptions {
  /** Name of a network of the zoo, or a network. */
  readonly network?: string | NetworkSpec;
  /** `cifar10`, `shapes`, a path, or the data itself. */
  readonly dataset?: string | DatasetSplits;
  /** Where to look for data sets. */
  readonly dataDir?: string;
  /** The first images only. */
  readonly limitTrain?: number;
  readonly limitTest?: number;
  /** Default: what the article does, to the side of the network's input. */
  readonly transforms?: readonly TransformStep[];
  /** Another order in every epoch. */
  readonly shuffle?: boolean;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly momentum?: number;
  readonly weightDecay?: number;
  /** Probability of dropout of a network given by name. Default: the network's own, 0.5. */
  readonly dropout?: number;
  readonly initialization?: InitializationScheme;
  /** Of weights, order and dropout: the same seed gives the same bits. */
  readonly seed?: number;
  readonly engine?: EngineName;
  /** Default: as many as the processor runs. */
  readonly threads?: number;
  /** Threads that load images ahead. */
  readonly workers?: number;
  /** Steps between `step` events. */
  readonly logEvery?: number;
  /** Besides those at the end of each epoch and of the training. */
  readonly checkpointEverySteps?: number;
  readonly checkpointEveryMinutes?: number;
  /** Folder of the run. Default: the first free of runs/NETWORK-DATASET, runs/NETWORK-DATASET-2 … */
  readonly out?: string;
  /** Folder of a run to go on with. */
  readonly resume?: string;
  /** Write TensorBoard's event files into the run's folder. Default: true. */
  readonly tensorboard?: boolean;
  /** Model file to take the first weights from. */
  readonly init?: string;
}

/** What a run needs to know to be repeated or resumed: plain data, written to its config.json. */
export interface TrainingConfig {
  readonly network: string | NetworkSpec;
  /** Name or path. */
  readonly dataset: string;
  readonly dataDir?: string;
  readonly limitTrain?: number;
  readonly limitTest?: number;
  readonly transforms?: readonly TransformStep[];
  readonly shuffle: boolean;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly dropout?: number;
  readonly initialization: InitializationScheme;
  readonly seed: number;
  readonly engine: EngineName;
  readonly threads?: number;
  readonly workers: number;
  readonly logEvery: number;
  readonly checkpointEverySteps?: number;
  readonly checkpointEveryMinutes: number;
  readonly tensorboard?: boolean;
  readonly init?: string;
}

/** The article's job; the checkpoints are ours. */
export const articleRecipe: TrainingConfig = {
  network: 'alexnet',
  dataset: 'cifar10',
  shuffle: true,
  epochs: 1,
  batchSize: 32,
  learningRate: 0.001,
  momentum: 0.9,
  weightDecay: 0,
  initialization: 'torchvision',
  seed: 0,
  engine: 'cpu',
  workers: 2,
  logEvery: 200,
  checkpointEveryMinutes: 10,
};

/**
 * The options over a recipe, checked. Throws ALEX_OPTION_VALUE, which names the option, ALEX_NETWORK_UNKNOWN,
 * ALEX_DATA_TRANSFORMS.
 */
export function trainingConfig(options: TrainingOptions, recipe = articleRecipe): TrainingConfig {
  const { resume: _resume, out: _out, dataset, ...given } = options;
  const named = typeof dataset === 'object' ? dataset.train.name : dataset;
  const set = Object.entries({ ...given, dataset: named }).filter(([, value]) => value !== undefined);
  const config = { ...recipe, ...Object.fromEntries(set) } as TrainingConfig;
  for (const [name, check] of Object.entries(checks)) {
    const value: unknown = config[name as keyof typeof checks];
    if (value === undefined && !Object.hasOwn(articleRecipe, name)) continue;
    if (!check.accepts(value)) throw optionError(name, value, check.expected);
  }
  if (config.transforms !== undefined) checkTransforms(config.transforms);
  checkNetwork(config);
  return config;
}

interface Check {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

const most = Number.MAX_SAFE_INTEGER;

const checks = {
  epochs: whole(1, most),
  batchSize: whole(1, 4096),
  learningRate: numberWhere('a number over 0', (value) => value > 0),
  momentum: numberWhere('a number from 0, less than 1', (value) => value >= 0 && value < 1),
  weightDecay: numberWhere('a number from 0', (value) => value >= 0),
  dropout: numberWhere('a number from 0, less than 1', (value) => value >= 0 && value < 1),
  seed: whole(0, most),
  threads: whole(1, 256),
  workers: whole(0, 64),
  logEvery: whole(1, most),
  limitTrain: whole(1, most),
  limitTest: whole(1, most),
  checkpointEverySteps: whole(1, most),
  checkpointEveryMinutes: numberWhere('a number over 0', (value) => value > 0),
  shuffle: trueOrFalse(),
  tensorboard: trueOrFalse(),
  engine: oneOf(engineNames),
  initialization: oneOf(initializationSchemes),
  dataset: { expected: 'a name or a path', accepts: (value) => typeof value === 'string' && value !== '' },
} as const satisfies Partial<Record<keyof TrainingConfig, Check>>;

function whole(from: number, to: number): Check {
  const expected = to === most ? `a whole number from ${from}` : `a whole number from ${from} to ${to}`;
  return {
    expected,
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to,
  };
}

function numberWhere(expected: string, accepts: (value: number) => boolean): Check {
  return { expected, accepts: (value) => Number.isFinite(value) && accepts(value as number) };
}

function trueOrFalse(): Check {
  return { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };
}

function oneOf(words: readonly string[]): Check {
  return { expected: words.join(' or '), accepts: (value) => words.includes(value as string) };
}

function checkNetwork({ network, dropout }: TrainingConfig): void {
  if (typeof network === 'string') buildNetwork(network, { classes: 2 });
  else if (dropout !== undefined) {
    throw optionError(
      'dropout',
      dropout,
      'nothing with a network that is not given by name: set it in its layers',
    );
  }
}

function optionError(option: string, value: unknown, expected: string): Error {
  return alexnetError('ALEX_OPTION_VALUE', { option, value, expected });
}
