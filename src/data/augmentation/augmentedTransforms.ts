import type { Dataset } from '../dataset.ts';
import { imageStatistics, type StatisticsOptions } from '../statistics.ts';
import type { TransformStep } from '../transforms.ts';
import { withAugmentation, type TransformPair } from './named.ts';

/** What the transforms are for. */
export interface AugmentContext extends StatisticsOptions {
  /** Of the squares that the network takes. */
  readonly side: number;
  /** The images to train on: all of them, or those in `indices`. */
  readonly dataset: Dataset;
}

/**
 * Adds augmentation to the transforms that a network is tested with; see withAugmentation. `pca` reads the data set.
 * Throws ALEX_OPTION_VALUE, and what imageStatistics throws.
 */
export async function augmentedTransforms(
  test: readonly TransformStep[],
  augment: readonly string[],
  context: AugmentContext,
): Promise<TransformPair> {
  return withAugmentation(test, augment, context, async (transforms) => {
    const { covariance } = await imageStatistics(context.dataset, transforms, context);
    return covariance;
  });
}
