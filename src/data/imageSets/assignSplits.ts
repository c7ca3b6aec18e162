import { crc32 } from 'node:zlib';
import { alexnetError } from '../../errors.ts';
import { permutation } from '../../random/permutation.ts';
import type { Split } from '../dataset.ts';
import type { ImageListing, ListedImage } from './listing.ts';

export interface SplitOptions {
  /** Share of each class that is tested on, where the set itself has no split. */
  readonly testFraction: number;
  /** Decides which images those are. */
  readonly splitSeed: number;
}

export const defaultSplit: SplitOptions = { testFraction: 0.2, splitSeed: 0 };

/**
 * Divides a set. Where the set says nothing of splits, or has training images alone, a share of each class, chosen by
 * the seed, is for the test; what is chosen of a class depends on its images alone. Where it has images for validation
 * and none for the test, those are the test's. Throws ALEX_DATA_FORM when only some images have a split.
 */
export function assignSplits(
  path: string,
  listing: ImageListing,
  options: SplitOptions,
): ReadonlyMap<Split, readonly ListedImage[]> {
  const given = Map.groupBy(listing.images, ({ split }) => split);
  const none = given.get(undefined);
  if (none !== undefined && given.size > 1) {
    throw alexnetError('ALEX_DATA_FORM', {
      path,
      found: `${none[0]!.name} without a split, and others with one`,
    });
  }
  const only = none ?? (given.size === 1 ? given.get('train') : undefined);
  if (only !== undefined) return stratifiedSplit(only, options);
  const divided = given as Map<Split, ListedImage[]>;
  const validation = divided.get('validation');
  if (validation !== undefined && !divided.has('test')) {
    divided.delete('validation');
    divided.set('test', validation);
  }
  return divided;
}

function stratifiedSplit(
  images: readonly ListedImage[],
  { testFraction, splitSeed }: SplitOptions,
): ReadonlyMap<Split, readonly ListedImage[]> {
  const tested = new Set<ListedImage>();
  for (const [name, own] of Map.groupBy(images, (image) => image.class)) {
    const order = permutation(own.length, splitSeed, crc32(name));
    // One at least, and one at least to train on.
    const count = Math.min(own.length - 1, Math.max(1, Math.round(own.length * testFraction)));
    for (const index of order.subarray(0, count)) tested.add(own[index]!);
  }
  return new Map<Split, readonly ListedImage[]>([
    ['train', images.filter((image) => !tested.has(image))],
    ['test', images.filter((image) => tested.has(image))],
  ]);
}
