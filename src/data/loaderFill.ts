/** The work of the loader, wherever it runs: images of a data set, transformed, into an engine's input. */
import type { ImageBuffer } from '../engine/engine.ts';
import { AlexnetError, problemOf } from '../errors.ts';
import { cachedImages } from './cache/cachedImages.ts';
import type { PixelCache } from './cache/pixelCache.ts';
import type { Dataset } from './dataset.ts';
import { channels, planarImage, type ImageView } from './image.ts';
import { decodeImage } from './images/decodeImage.ts';
import type { EncodedImages } from './images/encodedImages.ts';
import { encodedReader, imageName } from './images/readEncoded.ts';
import { imageTransform } from './transformImage.ts';
import type { TransformStep } from './transforms.ts';

/** Where a loader thread gets images from; everything large in it is shared memory. */
export type ImageSource =
  | {
      /** Planes, [length, 3, height, width]. */
      readonly images: Uint8Array;
      readonly height: number;
      readonly width: number;
    }
  | { readonly encoded: EncodedImages; readonly cache?: PixelCache | undefined };

/** All that a loader thread needs. */
export interface FillSource {
  readonly source: ImageSource;
  /** Ways to transform an image; a fill says which. */
  readonly views: readonly (readonly TransformStep[])[];
  /** Of random transforms. */
  readonly seed: number;
  readonly inputs: readonly ImageBuffer[];
}

/** Put these images into input `slot`. */
export interface BatchFill {
  readonly slot: number;
  readonly indices: Uint32Array;
  /** Random transforms do something else in every epoch. */
  readonly epoch: number;
  /** Which of the views. */
  readonly view: number;
}

/** A part of a batch, from image `first` of the slot on. */
export interface Fill extends BatchFill {
  readonly first: number;
}

/** An image that cannot be used. */
export interface BadImage {
  /** In the data set. */
  readonly index: number;
  /** The code of the error, the image's path, what is wrong. */
  readonly problem: string;
}

/** A bad image, and its place in the batch, which holds nothing of use. */
export interface BadPlace extends BadImage {
  readonly at: number;
}

function oneByOne<T>(fill: (task: Fill) => Promise<T>): (task: Fill) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const done = last.then(() => fill(task));
    last = done.catch(() => {});
    return done;
  };
}

/** What loader threads need of a data set. */
export function imageSource(dataset: Dataset): ImageSource {
  if ('encoded' in dataset) return { encoded: dataset.encoded };
  const { images, height, width } = dataset;
  return { images, height, width };
}

/** Does fills. */
export interface Filler {
  /**
   * Fills in turn, however many are asked for: there is memory for one image. Resolved to the images in files that cannot
   * be used, in order; rejects for all else.
   */
  fill(task: Fill): Promise<readonly BadPlace[]>;
  /** Lets go of files. */
  close(): void;
}

/** Makes a filler, with memory of its own for one image; for one thread. */
export function createFiller({ source, views, seed, inputs }: FillSource): Filler {
  const images = preparedReader(source);
  const transforms = views.map((steps) => imageTransform(steps, seed));
  async function fill({ slot, first, indices, epoch, view }: Fill): Promise<readonly BadPlace[]> {
    const transform = transforms[view]!;
    const bad: BadPlace[] = [];
    for (const [i, index] of indices.entries()) {
      try {
        const prepared = images.read(index);
        const { image, done } = prepared instanceof Promise ? await prepared : prepared;
        transform(image, inputs[slot]!, first + i, { epoch, index }, done);
      } catch (error) {
        if (!('encoded' in source) || !(error instanceof AlexnetError)) throw error;
        bad.push({ index, at: first + i, problem: describe(error, imageName(source.encoded, index)) });
      }
    }
    return bad;
  }
  return { fill: oneByOne(fill), close: () => images.close() };
}

/** An image, and how many of the first transforms have been done to it. */
interface PreparedImage {
  readonly image: ImageView;
  readonly done: number;
}

interface PreparedReader {
  read(index: number): PreparedImage | Promise<PreparedImage>;
  close(): void;
}

/** Reads images from the cache where there is one and they are in it. */
function preparedReader(source: ImageSource): PreparedReader {
  if (!('encoded' in source)) {
    const record = recordReader(source);
    return { read: (index) => ({ image: record(index), done: 0 }), close: () => {} };
  }
  const files = encodedReader(source.encoded);
  const decode = (index: number): Promise<ImageView> =>
    decodeImage(files.read(index), imageName(source.encoded, index));
  if (source.cache === undefined) {
    return { read: async (index) => ({ image: await decode(index), done: 0 }), close: () => files.close() };
  }
  const cache = cachedImages(source.cache);
  const done = source.cache.steps.length;
  return {
    async read(index) {
      const kept = cache.read(index);
      if (kept !== undefined) return { image: kept, done };
      const decoded = await decode(index);
      const added = cache.add(index, decoded);
      return added === undefined ? { image: decoded, done: 0 } : { image: added, done };
    },
    close() {
      files.close();
      cache.close();
    },
  };
}

/** Makes the function that gives an image of a data set, as it is. That of a file may throw ALEX_IMAGE_… errors. */
export function imageReader(source: ImageSource): (index: number) => ImageView | Promise<ImageView> {
  return 'encoded' in source ? decoder(source.encoded) : recordReader(source);
}

function recordReader({
  images,
  height,
  width,
}: Extract<ImageSource, { images: Uint8Array }>): (index: number) => ImageView {
  const imageBytes = channels * height * width;
  return (index) => planarImage(images, { height, width }, index * imageBytes);
}

function decoder(images: EncodedImages): (index: number) => Promise<ImageView> {
  const reader = encodedReader(images);
  return (index) => decodeImage(reader.read(index), imageName(images, index));
}

/** Some errors, such as that of a crop, do not know which image they are about. */
function describe(error: AlexnetError, name: string): string {
  const problem = problemOf(error);
  return problem.includes(name) ? problem : `${name}: ${problem}`;
}
