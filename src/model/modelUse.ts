/** What a model file says besides weights: how the model is used. */
import { deterministicTransforms } from '../data/augmentation/deterministic.ts';
import { articleTransforms, type TransformStep } from '../data/transforms.ts';
import { alexnetError } from '../errors.ts';
import { classCount } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { classNames } from '../training/inferNetwork.ts';
import type { ModelDescription } from '../training/modelDescription.ts';

/** A data set is one of these. */
export interface ModelUse {
  /** Names by class index. Default: CIFAR-10's when there are ten, else numbered. */
  readonly classes?: readonly string[];
  /**
   * From an image to the network's input, of which random steps are left out: deterministicTransforms. Default: the
   * article's, to the side of that input.
   */
  readonly transform?: readonly TransformStep[];
}

/** The network with its use, each part given or by default. Throws ALEX_OPTION_VALUE, ALEX_DATA_TRANSFORMS. */
export function describedUse(network: NetworkSpec, use: ModelUse = {}): Omit<ModelDescription, 'details'> {
  const count = classCount(network);
  const { classes = classNames(count), transform = articleTransforms(network.input.height) } = use;
  if (classes.length !== count) {
    const value = `a list of ${classes.length} names`;
    throw alexnetError('ALEX_OPTION_VALUE', { option: 'classes', value, expected: `${count}, one a class` });
  }
  return { network, classes, transforms: deterministicTransforms(transform) };
}
