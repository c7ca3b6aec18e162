/** Test-time augmentation: the views of an image over which a network's answers are averaged. */
import {
  centerCrop,
  checkDeterministic,
  isImageStep,
  resize,
  type ImageStep,
  type ResizeStep,
  type TransformStep,
} from '../transforms.ts';
import { resizedSide } from './deterministic.ts';
import { cornerCrop, corners, horizontalFlip, pad } from './imageSteps.ts';

export const averagings = ['none', 'flip', 'ten-crop'] as const;
/**
 * `flip`: the image and its mirror image. `ten-crop`: the four corners and the middle of a larger image, and the mirror
 * images of these five (Krizhevsky, Sutskever and Hinton 2012, section 4.1).
 */
export type Averaging = (typeof averagings)[number];

export const viewCounts: Readonly<Record<Averaging, number>> = { none: 1, flip: 2, 'ten-crop': 10 };

/**
 * The transforms of each view, for those that a network of input side `side` is tested with. Ten crops are squares of
 * `side` out of the image that the transforms cut their middle from, when that is larger. Where the network takes whole
 * images, they get the frame of `padding` black pixels that it was trained with, or else are resized to 256 / 224 of
 * `side`, as in the paper; images that nothing resizes get a frame of side / 8. Throws ALEX_DATA_TRANSFORMS.
 */
export function testViews(
  transforms: readonly TransformStep[],
  averaging: Averaging,
  { side, padding = 0 }: { readonly side: number; readonly padding?: number },
): readonly (readonly TransformStep[])[] {
  const image = transforms.filter(isImageStep);
  const after = transforms.slice(image.length);
  const views = averaging === 'ten-crop' ? fiveCrops(image, side, padding) : [image];
  const all = averaging === 'none' ? views : [...views, ...views.map((view) => [...view, horizontalFlip()])];
  return all.map((steps) => checkDeterministic([...steps, ...after]));
}

function fiveCrops(image: readonly ImageStep[], side: number, padding: number): readonly ImageStep[][] {
  const larger = largerImage(image, side, padding);
  return [...corners.map((corner) => [...larger, cornerCrop(side, corner)]), [...larger, centerCrop(side)]];
}

/** Whether the network sees an image to its edges, or to the nearer two of them. */
export function takesWholeImages(transforms: readonly TransformStep[], side: number): boolean {
  const image = transforms.filter(isImageStep);
  const before = beforeCrop(image, side);
  return before === image || lastResize(before)?.size === side;
}

/** The steps before the last one, if that is the crop of the network's square. */
function beforeCrop(image: readonly ImageStep[], side: number): readonly ImageStep[] {
  const last = image.at(-1);
  return last?.type === 'centerCrop' && last.size === side ? image.slice(0, -1) : image;
}

function lastResize(image: readonly ImageStep[]): ResizeStep | undefined {
  return image.findLast((step) => step.type === 'resize');
}

/** The steps to the image that the crops are cut from. */
function largerImage(image: readonly ImageStep[], side: number, padding: number): readonly ImageStep[] {
  const before = beforeCrop(image, side);
  const resized = lastResize(before);
  if (!takesWholeImages(image, side)) {
    return resized === undefined ? before : [...before, centerCrop(resized.size)];
  }
  if (padding > 0) return [...image, pad(padding)];
  if (resized === undefined) return [...image, pad(Math.round(side / 8))];
  const large = resizedSide(side);
  return [...before.map((step) => (step === resized ? resize(large) : step)), centerCrop(large)];
}
