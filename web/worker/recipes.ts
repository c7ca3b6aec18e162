/** What a training in the studio does where nobody says otherwise: options for small collections. bench/web/recipes.ts tells what they come to. */
import { alexnetError } from '../../src/errors.ts';
import { trainingConfig } from '../../src/training/config.ts';
import type { TrainingConfig } from '../../src/training/trainingOptions.ts';
import type { TrainingRequest } from './protocol.ts';

interface Recipe {
  /** Updates to aim at. */
  readonly steps: number;
  readonly fewestEpochs: number;
  readonly mostEpochs: number;
  readonly augment: boolean;
}

export const studioRecipes: Readonly<Record<TrainingRequest['recipe'], Recipe>> = {
  quick: { steps: 250, fewestEpochs: 3, mostEpochs: 40, augment: false },
  balanced: { steps: 1000, fewestEpochs: 8, mostEpochs: 120, augment: true },
  thorough: { steps: 4000, fewestEpochs: 20, mostEpochs: 300, augment: true },
};

const smallestBatch = 8;
const largestBatch = 32;
/** Batches that an epoch of a small collection should have. */
const batchesOfEpoch = 16;

/** A power of two, so that an epoch has about as many batches as are good for a small collection. */
function usualBatch(images: number): number {
  const wanted = 2 ** Math.round(Math.log2(Math.max(1, images / batchesOfEpoch)));
  return Math.min(largestBatch, Math.max(smallestBatch, wanted));
}

/** Twice as much is more than networks without batch normalisation bear. */
const usualRate = 0.02;
/** Smaller batches than this get less, by the root of their share (Krizhevsky 2014, section 5). */
const steadyBatch = 16;

/** Epochs from one test to the next, so that a curve has some tens of points. */
const testsOfTraining = 40;

/**
 * The configuration of a training on so many images: He's weights, SGD with Nesterov's momentum along one cycle of the
 * learning rate, as the recipe cifar-fast has it, for as many epochs as give a small collection enough updates. Throws
 * ALEX_OPTION_VALUE, ALEX_NETWORK_UNKNOWN.
 */
export function studioConfig(request: TrainingRequest, images: number): TrainingConfig {
  const { network, collection, seed = 0, recipe: name } = request;
  if (!Object.hasOwn(studioRecipes, name)) {
    const expected = Object.keys(studioRecipes).join(', ');
    throw alexnetError('ALEX_OPTION_VALUE', { option: 'recipe', value: name, expected });
  }
  const recipe = studioRecipes[name];
  const { batchSize = usualBatch(images), augment = recipe.augment } = request;
  const enough = Math.ceil((recipe.steps * batchSize) / images);
  const {
    epochs = Math.min(recipe.mostEpochs, Math.max(recipe.fewestEpochs, enough)),
    learningRate = Number((usualRate * Math.sqrt(Math.min(1, batchSize / steadyBatch))).toPrecision(2)),
  } = request;
  return trainingConfig({
    recipe: 'cifar-fast',
    network,
    dataset: collection,
    augment: augment ? ['pad-crop', 'flip'] : null,
    epochs,
    batchSize,
    learningRate,
    seed,
    evaluateEvery: Math.ceil(epochs / testsOfTraining),
    workers: 0,
    logEvery: 1,
    tensorboard: false,
    checkpointEveryMinutes: 0.5,
  });
}
