import type { ImageBuffer } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { createImageDraws } from '../random/imageDraws.ts';
import { channels, type ImageSize, type ImageView } from './image.ts';
import { imageOperation } from './imageOperation.ts';
import { tensorWriter } from './tensorWriter.ts';
import { isImageStep, stepOutputSize, type TensorStep, type TransformStep } from './transforms.ts';

/** Most pixels that an image may have after a step: a sliver of an image resized by its short side explodes. */
const mostPixels = 1 << 26;

/** Which image of which epoch: with the seed, all that random steps depend on. */
export interface Occasion {
  /** From 0. */
  readonly epoch: number;
  /** Of the image in its data set. */
  readonly index: number;
}

/**
 * Puts one image through the transforms, into image `at` of an engine's input. `done` is how many of the first steps
 * have been done to it already.
 */
export type ImageTransform = (
  image: ImageView,
  target: ImageBuffer,
  at: number,
  occasion?: Occasion,
  done?: number,
) => void;

const firstOccasion: Occasion = { epoch: 0, index: 0 };

/**
 * Makes the function that applies these transforms (checked already, see checkTransforms). It keeps its scratch memory
 * between calls. What random steps do depends on `seed`, the occasion and the step's place among the transforms alone.
 * It throws ALEX_TENSOR_SHAPE when the result does not fit the target, ALEX_DATA_TRANSFORMS when the image is too small
 * for a crop or grows beyond bounds.
 */
export function imageTransform(transforms: readonly TransformStep[], seed = 0): ImageTransform {
  const operations = transforms.filter(isImageStep).map(imageOperation);
  const after = operations.length + 1;
  const write = tensorWriter(transforms.slice(after) as readonly TensorStep[], after);
  const draws = createImageDraws(seed);
  return (image, target, at, { epoch, index } = firstOccasion, done = 0) => {
    checkTarget(transforms.slice(done), image, target);
    draws.image(epoch, index);
    let current = image;
    operations.forEach((operation, step) => {
      if (step < done) return;
      draws.step(step);
      current = operation(current, draws);
    });
    write(current, target, at, draws);
  };
}

function checkTarget(transforms: readonly TransformStep[], image: ImageSize, target: ImageBuffer): void {
  let size = image;
  for (const step of transforms) {
    size = stepOutputSize(step, size);
    if (size.height * size.width > mostPixels) {
      const problem = `an image of ${image.height} × ${image.width} would become ${size.height} × ${size.width}`;
      throw alexnetError('ALEX_DATA_TRANSFORMS', { problem });
    }
  }
  const [, , height, width] = target.shape;
  if (size.height !== height || size.width !== width) {
    const got = [channels, size.height, size.width];
    throw alexnetError('ALEX_TENSOR_SHAPE', { name: 'input', expected: target.shape.slice(1), got });
  }
}

/** One image through the transforms, into image `at` of the target; see imageTransform for many. */
export function transformImage(
  image: ImageView,
  transforms: readonly TransformStep[],
  target: ImageBuffer,
  at = 0,
): void {
  imageTransform(transforms)(image, target, at);
}
