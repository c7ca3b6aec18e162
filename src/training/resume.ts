import { alexnetError } from '../errors.ts';
import { trainingConfig } from './config.ts';
import type { TrainingConfig, TrainingOptions } from './trainingOptions.ts';
import { recipes } from './recipes/recipes.ts';
import { openRunFolder, readConfig, type RunFolder } from './runFolder.ts';
import { dependsOnLength } from './schedule.ts';

/** What decides the weights: a resumed run that changed one of these would be another run. */
const fixed = [
  'recipe',
  'network',
  'dropout',
  'initialization',
  'init',
  'dataset',
  'testFraction',
  'splitSeed',
  'limitTrain',
  'validation',
  'preprocess',
  'transforms',
  'augment',
  'trainTransforms',
  'shuffle',
  'batchSize',
  'accumulate',
  'optimizer',
  'momentum',
  'beta1',
  'beta2',
  'epsilon',
  'weightDecay',
  'decayBiases',
  'labelSmoothing',
  'freeze',
  'learningRateScale',
  'ema',
  'emaEvery',
  'schedule',
  'warmupEpochs',
  'warmupStart',
  'finalLearningRate',
  'decayFactor',
  'stepEpochs',
  'plateauPatience',
  'plateauReductions',
  'cyclePeak',
  'cycleDivisor',
  'cycleFinalDivisor',
  'evaluateEvery',
  'monitor',
  'seed',
] as const satisfies readonly (keyof TrainingConfig)[];

/** A run to go on with, and how. */
export interface ResumedRun {
  readonly folder: RunFolder;
  readonly config: TrainingConfig;
  /** To go on at, where it was given: what decides the weights is then an event of the run, as an order is. */
  readonly learningRate?: number;
}

/**
 * The configuration of a run to go on with: its own, under the options that are given now. Those that decide the
 * weights must be the same as before, but for the learning rate. Throws ALEX_RESUME_MISSING, ALEX_RESUME_DIFFERS, which names the option,
 * ALEX_OPTION_VALUE.
 */
export async function resumedConfig(path: string, options: TrainingOptions): Promise<ResumedRun> {
  const folder = openRunFolder(path);
  // A run of before an option came to be is one with the article's value of it.
  // Watches need not be, and a run without them goes on without. The order of the options stays the same, for they are
  // written into the model's file.
  const article = { ...recipes.article, watchEvery: undefined };
  const before = trainingConfig({}, { ...article, ...(await readConfig(folder)) });
  const given = trainingConfig(options, before);
  const config = { ...given, learningRate: before.learningRate };
  const length = dependsOnLength(config.schedule) ? (['epochs'] as const) : [];
  for (const option of [...fixed, ...length]) {
    const was = written(before[option]);
    const now = written(config[option]);
    if (was !== now) throw alexnetError('ALEX_RESUME_DIFFERS', { folder: path, option, was, now });
  }
  return { folder, config, ...(options.learningRate !== undefined && { learningRate: given.learningRate }) };
}

function written(value: unknown): string {
  if (value === undefined) return 'not set';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
