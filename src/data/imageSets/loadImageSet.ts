/** From a list of images to a data set that loaders can use. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { alexnetError } from '../../errors.ts';
import { emptyLabels, type FileDataset, type Split } from '../dataset.ts';
import type { EncodedImages } from '../images/encodedImages.ts';
import { packStrings } from '../images/packedStrings.ts';
import type { BadImagePolicy } from '../batches.ts';
import { assignSplits, type SplitOptions } from './assignSplits.ts';
import { examineImages, type ExaminedImage } from './examine.ts';
import { checkListing, type ImageListing, type ListedImage } from './listing.ts';

export interface ImageSetOptions extends SplitOptions {
  /** `all`: those of every split, as a training set. */
  readonly split: Split | 'all';
  /** So many images only, as many of each class as there are. */
  readonly limit?: number | undefined;
  /** What happens when images cannot be used. */
  readonly onBadImage: BadImagePolicy;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly onNotice?: ((message: string) => void) | undefined;
  /** Told of each image that is left out, by a message that names it. Default: a notice. */
  readonly onSkipped?: ((problem: string) => void) | undefined;
}

/**
 * Opens one split of a set: every image's header is looked at, and none is decoded. Throws ALEX_DATA_FORM,
 * ALEX_DATA_SPLIT, ALEX_DATA_BAD_IMAGES when images are broken and `onBadImage` is `refuse`.
 */
export async function loadImageSet(
  path: string,
  listing: ImageListing,
  options: ImageSetOptions,
): Promise<FileDataset> {
  checkListing(path, listing);
  const own = imagesOf(path, listing, options);
  const { good, problems } = await examineImages(listing, limited(own, options.limit), options.onProgress);
  reportBad(problems, good.length, options);
  for (const notice of listing.notices) options.onNotice?.(notice);
  return {
    name: nameOf(path),
    split: options.split === 'all' ? 'train' : options.split,
    classes: listing.classes,
    length: good.length,
    labels: labelsOf(listing.classes, good),
    encoded: encodedImages(listing, good),
  };
}

/** The last part of the path, without its ending and the range of shards. */
function nameOf(path: string): string {
  return basename(resolve(path))
    .replace(/\.(csv|jsonl|ndjson|tar)$/i, '')
    .replace(/[-_.]?\{\d+\.\.\d+\}/, '');
}

function imagesOf(path: string, listing: ImageListing, options: ImageSetOptions): readonly ListedImage[] {
  const { split } = options;
  if (split === 'all') return listing.images;
  const splits = assignSplits(path, listing, options);
  const own = splits.get(split);
  if (own !== undefined) return own;
  throw alexnetError('ALEX_DATA_SPLIT', { dataset: path, split, has: [...splits.keys()] });
}

function reportBad(
  problems: readonly string[],
  good: number,
  { onBadImage, onNotice, onSkipped }: ImageSetOptions,
): void {
  if (problems.length === 0) return;
  if (onBadImage === 'refuse' || good === 0) {
    throw alexnetError('ALEX_DATA_BAD_IMAGES', { problems, total: problems.length + good });
  }
  const tell = onSkipped ?? ((problem: string) => onNotice?.(`left out: ${problem}`));
  for (const problem of problems) tell(problem);
}

/** The first of each class in turn, in the set's order: the first of all would be of the first classes only. */
function limited(images: readonly ListedImage[], limit = Infinity): readonly ListedImage[] {
  if (limit >= images.length) return images;
  const turns = new Map<string, number>();
  const ranked = images.map((image, index) => {
    const turn = turns.get(image.class) ?? 0;
    turns.set(image.class, turn + 1);
    return { image, index, turn };
  });
  return ranked
    .sort((a, b) => a.turn - b.turn || a.index - b.index)
    .slice(0, limit)
    .sort((a, b) => a.index - b.index)
    .map(({ image }) => image);
}

function labelsOf(classes: readonly string[], images: readonly ExaminedImage[]): FileDataset['labels'] {
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const labels = emptyLabels(images.length, classes.length);
  images.forEach(({ listed }, i) => (labels[i] = labelOf.get(listed.class)!));
  return labels;
}

function encodedImages({ root, shards }: ImageListing, images: readonly ExaminedImage[]): EncodedImages {
  const bytes = new Float64Array(new SharedArrayBuffer(8 * images.length));
  const sizes = new Uint32Array(new SharedArrayBuffer(8 * images.length));
  const hash = createHash('sha256');
  images.forEach((image, i) => {
    bytes[i] = image.bytes;
    sizes.set([image.size.height, image.size.width], 2 * i);
    hash.update(`${image.listed.name}\0${image.bytes} ${image.changed} ${image.listed.place?.offset}\n`);
  });
  const encoded = {
    root: resolve(root),
    names: packStrings(images.map(({ listed }) => listed.name)),
    bytes,
    sizes,
  };
  if (shards === undefined) return { ...encoded, version: hash.digest('hex') };
  for (const shard of shards) hash.update(`${shard} ${statSync(join(root, shard)).size}\n`);
  const file = new Uint32Array(new SharedArrayBuffer(4 * images.length));
  const offset = new Float64Array(new SharedArrayBuffer(8 * images.length));
  images.forEach(({ listed: { place } }, i) => {
    file[i] = place!.shard;
    offset[i] = place!.offset;
  });
  return { ...encoded, version: hash.digest('hex'), shards: { files: shards, file, offset } };
}
