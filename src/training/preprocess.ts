/** How images become the network's input: by name, or step by step; with augmentation while training. */
import { deterministicTransforms } from '../data/augmentation/deterministic.ts';
import { augmentedTransforms, type AugmentContext } from '../data/augmentation/augmentedTransforms.ts';
import { testTransforms, type TransformPair } from '../data/augmentation/named.ts';
import { subtractMean } from '../data/augmentation/tensorSteps.ts';
import { hasSquares } from '../data/dataset.ts';
import { imageStatistics } from '../data/statistics.ts';
import {
  articleTransforms,
  centerCrop,
  checkTransforms,
  imagenetTransforms,
  isImageStep,
  normalize,
  resize,
  toTensor,
  type TransformStep,
} from '../data/transforms.ts';
import type { Preprocessing } from './preprocessings.ts';
import type { TrainingConfig } from './trainingOptions.ts';

type Options = Pick<TrainingConfig, 'preprocess' | 'transforms' | 'trainTransforms' | 'augment'>;

/**
 * The transforms to train with and to test with, for squares of side `side`; `dataset` and `paper`, and the
 * augmentation `pca`, read the data set. Throws ALEX_OPTION_VALUE, ALEX_DATA_TRANSFORMS, and what imageStatistics throws.
 */
export async function trainingTransforms(options: Options, context: AugmentContext): Promise<TransformPair> {
  const { transforms, trainTransforms: train, augment, preprocess } = options;
  if (train !== undefined) return { train, test: transforms ?? deterministicTransforms(train) };
  const test = transforms ?? fitted(await named(preprocess, augment ?? [], context), context);
  return augment === undefined ? { train: test, test } : augmentedTransforms(test, augment, context);
}

async function named(
  preprocess: Preprocessing,
  augment: readonly string[],
  context: AugmentContext,
): Promise<readonly TransformStep[]> {
  const { side, dataset } = context;
  if (preprocess === 'article') return articleTransforms(side);
  // A model file's own transforms are the options' by now; where there is none, it is likely to be ImageNet's.
  if (preprocess === 'imagenet' || preprocess === 'init') return imagenetTransforms(side);
  // The mean image is that of the very squares that are tested.
  const size = testTransforms(fitted([resize(side), toTensor()], context), augment, context);
  const { mean, std, meanImage } = await imageStatistics(dataset, size, context);
  if (preprocess === 'dataset') return [...size, normalize(mean, std)];
  const of255 = 1 / 255;
  return [...size, subtractMean(meanImage), normalize([0, 0, 0], [of255, of255, of255])];
}

/** Images of many sizes are squares only once they are cropped. */
function fitted(
  steps: readonly TransformStep[],
  { side, dataset }: AugmentContext,
): readonly TransformStep[] {
  if (hasSquares(dataset) || steps.some(({ type }) => type === 'centerCrop')) return checkTransforms(steps);
  const image = steps.filter(isImageStep);
  return checkTransforms([...image, centerCrop(side), ...steps.slice(image.length)]);
}
