/** Test-time augmentation: the views of an image over which a network's answers are averaged. */
import {
  centerCrop,
  checkDeterministic,
  isImageStep,
  resize,
  type ImageStep,
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

/** Networks of a smaller input see an image's own pixels, which are too few to enlarge. */
const smallSide = 64;

/**
 * The transforms of each view, for those that a network of input side `side` is tested with; the first view is always
 * one of them as they are or, of ten crops, the top left corner. Crops are squares of `side` out of the image that the
 * transforms cut their middle from, when that is larger. Where they take the whole image, it is resized to 256 / 224 of
 * `side` first, or, when they resize nothing or `side` is under 64, padded with side / 8 black pixels.
 * Throws ALEX_DATA_TRANSFORMS.
 */
export function testViews(
  transforms: readonly TransformStep[],
  averaging: Averaging,
  side: number,
): readonly (readonly TransformStep[])[] {
  const image = transforms.filter(isImageStep);
  const after = transforms.slice(image.length);
  const views: readonly (readonly ImageStep[])[] =
    averaging === 'ten-crop' ? fiveCrops(image, side) : [image];
  const all = averaging === 'none' ? views : [...views, ...views.map((view) => [...view, horizontalFlip()])];
  return all.map((steps) => checkDeterministic([...steps, ...after]));
}

function fiveCrops(image: readonly ImageStep[], side: number): readonly (readonly ImageStep[])[] {
  const larger = largerImage(image, side);
  return [...corners.map((corner) => [...larger, cornerCrop(side, corner)]), [...larger, centerCrop(side)]];
}

/** The steps to the image that the crops are cut from. */
function largerImage(image: readonly ImageStep[], side: number): readonly ImageStep[] {
  const last = image.at(-1);
  const before = last?.type === 'centerCrop' && last.size === side ? image.slice(0, -1) : image;
  const at = before.findLastIndex(({ type }) => type === 'resize');
  const resized = before[at];
  const isWhole = before === image || (resized?.type === 'resize' && resized.size === side);
  if (!isWhole) return resized?.type === 'resize' ? [...before, centerCrop(resized.size)] : before;
  if (side < smallSide || resized === undefined) return [...image, pad(Math.round(side / 8))];
  const large = resizedSide(side);
  return [...before.slice(0, at), resize(large), ...before.slice(at + 1), centerCrop(large)];
}
