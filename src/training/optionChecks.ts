/** What each option of a training may be, in the order in which a configuration lists them. */
import { badImagePolicies } from '../data/batches.ts';
import { engineNames } from '../engine/engine.ts';
import { initializationSchemes } from '../network/initialise.ts';
import type { TrainingConfig } from './trainingOptions.ts';
import { optimizerNames } from './optimizer.ts';
import { preprocessings } from './preprocessings.ts';
import { recipeNames } from './recipes/recipeNames.ts';
import { scheduleNames } from './schedule.ts';
import { monitors } from './validation.ts';

/** How a value is written on a command line. */
export type OptionKind =
  | 'whole'
  | 'number'
  | 'flag'
  | 'word'
  | 'text'
  | 'numbers'
  | 'list'
  | 'scales'
  | 'data';

export interface OptionCheck {
  readonly kind: OptionKind;
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** All that a `word` may be. */
  readonly words?: readonly string[];
}

export type OptionName = keyof TrainingConfig;

const most = Number.MAX_SAFE_INTEGER;
const positive = numberWhere('a number over 0', (value) => value > 0);
const notNegative = numberWhere('a number from 0', (value) => value >= 0);
const share = numberWhere('a number from 0, less than 1', (value) => value >= 0 && value < 1);
const text: OptionCheck = {
  kind: 'text',
  expected: 'a name or a path',
  accepts: (value) => typeof value === 'string' && value !== '',
};
const names: OptionCheck = {
  kind: 'list',
  expected: 'a list of names',
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(text.accepts),
};
const flag: OptionCheck = {
  kind: 'flag',
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
};

export const optionChecks = {
  recipe: oneOf(recipeNames),
  network: {
    kind: 'text',
    expected: "a network's name, or a network",
    accepts: (value) => text.accepts(value) || isObject(value),
  },
  dropout: share,
  initialization: oneOf(initializationSchemes),
  init: text,
  dataset: text,
  dataDir: text,
  testFraction: numberWhere('a number over 0, less than 1', (value) => value > 0 && value < 1),
  splitSeed: whole(0, most),
  onBadImage: oneOf(badImagePolicies),
  cache: flag,
  cacheDir: text,
  cacheSize: positive,
  limitTrain: whole(1, most),
  limitTest: whole(1, most),
  validation: numberWhere(
    'a share over 0 and less than 1, or a number of images',
    (value) => (value > 0 && value < 1) || (Number.isSafeInteger(value) && value >= 1),
  ),
  preprocess: oneOf(preprocessings),
  transforms: { kind: 'data', expected: 'a list of transforms', accepts: Array.isArray },
  augment: names,
  trainTransforms: { kind: 'data', expected: 'a list of transforms', accepts: Array.isArray },
  shuffle: flag,
  epochs: whole(1, most),
  batchSize: whole(1, 4096),
  accumulate: whole(1, most),
  optimizer: oneOf(optimizerNames),
  learningRate: positive,
  momentum: share,
  beta1: share,
  beta2: share,
  epsilon: numberWhere('a number from 1e-12', (value) => value >= 1e-12),
  weightDecay: notNegative,
  decayBiases: flag,
  labelSmoothing: share,
  freeze: names,
  learningRateScale: {
    kind: 'scales',
    expected: 'a number over 0 for each of some layers, as features=0.1',
    accepts: (value) => isObject(value) && areScales(Object.entries(value as object)),
  },
  ema: numberWhere('a number over 0, less than 1', (value) => value > 0 && value < 1),
  emaEvery: whole(1, most),
  schedule: oneOf(scheduleNames),
  warmupEpochs: notNegative,
  warmupStart: numberWhere('a number from 0 to 1', (value) => value >= 0 && value <= 1),
  finalLearningRate: notNegative,
  decayFactor: numberWhere('a number over 0, less than 1', (value) => value > 0 && value < 1),
  stepEpochs: {
    kind: 'numbers',
    expected: 'a whole number from 1, or several that grow',
    accepts: (value) => isEpoch(value) || (Array.isArray(value) && areGrowingEpochs(value)),
  },
  plateauPatience: whole(0, most),
  plateauReductions: whole(1, most),
  cyclePeak: numberWhere('a number from 0 to 1', (value) => value >= 0 && value <= 1),
  cycleDivisor: numberWhere('a number from 1', (value) => value >= 1),
  cycleFinalDivisor: numberWhere('a number from 1', (value) => value >= 1),
  evaluateEvery: whole(1, most),
  monitor: oneOf(monitors),
  patience: whole(1, most),
  seed: whole(0, most),
  engine: oneOf(engineNames),
  threads: whole(1, 256),
  workers: whole(0, 64),
  logEvery: whole(1, most),
  watchEvery: whole(1, most),
  tensorboard: flag,
  checkpointEverySteps: whole(1, most),
  checkpointEveryMinutes: positive,
} as const satisfies Record<OptionName, OptionCheck>;

function whole(from: number, to: number): OptionCheck {
  const expected = to === most ? `a whole number from ${from}` : `a whole number from ${from} to ${to}`;
  const accepts = (value: unknown): boolean =>
    Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to;
  return { kind: 'whole', expected, accepts };
}

function numberWhere(expected: string, accepts: (value: number) => boolean): OptionCheck {
  return {
    kind: 'number',
    expected,
    accepts: (value) => Number.isFinite(value) && accepts(value as number),
  };
}

function oneOf(words: readonly string[]): OptionCheck {
  return {
    kind: 'word',
    expected: `one of ${words.join(', ')}`,
    accepts: (value) => words.includes(value as string),
    words,
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areScales(entries: readonly [string, unknown][]): boolean {
  return entries.length > 0 && entries.every(([name, scale]) => name !== '' && positive.accepts(scale));
}

function isEpoch(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function areGrowingEpochs(values: readonly unknown[]): boolean {
  return (
    values.length > 0 &&
    values.every((value, i) => isEpoch(value) && (i === 0 || Number(value) > Number(values[i - 1])))
  );
}
