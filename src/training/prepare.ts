import type { TransformPair } from '../data/augmentation/named.ts';
import { createEngine } from '../engine/create.ts';
import type { Engine, Program } from '../engine/engine.ts';
import type { NetworkSpec } from '../network/spec.ts';
import type { TrainingConfig, TrainingOptions } from './trainingOptions.ts';
import { compiledUpdates } from './optimizer.ts';
import { trainingTransforms } from './preprocess.ts';
import { checkNamesInit, settledConfig, trainedNetwork } from './startingPoint.ts';
import { loadTrainingData, type OpeningHooks, type TrainingData } from './trainingData.ts';

/** All that training needs, but weights and a folder. */
export interface Prepared {
  /** With what files say written down. */
  readonly config: TrainingConfig;
  readonly engine: Engine;
  readonly data: TrainingData;
  readonly network: NetworkSpec;
  /** Without weights; to be disposed of. */
  readonly program: Program;
  readonly transforms: TransformPair;
}

/** One batch is filled while another is used. */
const inputSlots = 2;

/**
 * Loads the data, finds the network, and compiles it. `engine` is used instead of the one that the options name.
 * Throws coded errors for bad options and data.
 */
export async function prepareTraining(
  given: TrainingConfig,
  options: Pick<TrainingOptions, 'dataset'>,
  { engine: own, ...hooks }: OpeningHooks & { readonly engine?: Engine },
): Promise<Prepared> {
  checkNamesInit(given);
  // The engine comes before any image decoder: it sets how V8 compiles WebAssembly.
  const engine = own ?? (await createEngine(given.engine, { threads: given.threads }));
  const data = await loadTrainingData(options, given, hooks);
  const { dataset } = data.train;
  const config = await settledConfig(given, dataset);
  const { batchSize, workers } = config;
  const network = trainedNetwork(config, dataset);
  const updates = compiledUpdates(config, network);
  const side = network.input.height;
  const transforms = await trainingTransforms(config, {
    ...data.train,
    side,
    workers,
    onBadImage: config.onBadImage,
  });
  const program = await engine.compile(network, { batchSize, training: true, inputSlots, ...updates });
  return { config, engine, data, network, program, transforms };
}
