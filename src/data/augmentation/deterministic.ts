import {
  centerCrop,
  checkDeterministic,
  isRandom,
  resize,
  type ImageStep,
  type TransformStep,
} from '../transforms.ts';

/**
 * The side that images are resized to where a network takes squares of `side` cut out of them: 256 for 224, as
 * Krizhevsky, Sutskever and Hinton 2012 and torchvision's references have it.
 */
export function resizedSide(side: number): number {
  return Math.round((side * 256) / 224);
}

/**
 * The steps to test with, for those to train with: a random crop becomes the crop of the middle, a random resized crop
 * the middle of the whole image, and what only changes some images is left out.
 */
export function deterministicTransforms(transforms: readonly TransformStep[]): readonly TransformStep[] {
  return checkDeterministic(transforms.flatMap(counterpart));
}

function counterpart(step: TransformStep): TransformStep | readonly ImageStep[] {
  if (step.type === 'randomCrop') return centerCrop(step.size);
  if (step.type === 'randomResizedCrop') return [resize(resizedSide(step.size)), centerCrop(step.size)];
  return isRandom(step) ? [] : step;
}
