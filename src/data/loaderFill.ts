/** The work of the loader, wherever it runs: images of a data set, transformed, into an engine's input. */
import type { ImageBuffer } from '../engine/engine.ts';
import { AlexnetError } from '../errors.ts';
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
  | { readonly encoded: EncodedImages };

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
  /** The whole message of the error: its code, the image's path, what is wrong. */
  readonly problem: string;
}

/** A bad image, and its place in the batch, which holds nothing of use. */
export interface BadPlace extends BadImage {
  readonly at: number;
}

/** Fills in turn, however many are asked for: a filler has memory for one image. */
export function oneByOne<T>(fill: (task: Fill) => Promise<T>): (task: Fill) => Promise<T> {
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

/** Makes the function that does fills. Images in files that cannot be used are returned, in order; all else throws. */
export function createFiller({
  source,
  views,
  seed,
  inputs,
}: FillSource): (fill: Fill) => Promise<readonly BadPlace[]> {
  const imageAt = imageReader(source);
  const transforms = views.map((steps) => imageTransform(steps, seed));
  return async ({ slot, first, indices, epoch, view }) => {
    const transform = transforms[view]!;
    const bad: BadPlace[] = [];
    for (const [i, index] of indices.entries()) {
      try {
        const image = imageAt(index);
        const pixels = image instanceof Promise ? await image : image;
        transform(pixels, inputs[slot]!, first + i, { epoch, index });
      } catch (error) {
        if (!('encoded' in source) || !(error instanceof AlexnetError)) throw error;
        bad.push({ index, at: first + i, problem: describe(error, imageName(source.encoded, index)) });
      }
    }
    return bad;
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
function describe({ message }: AlexnetError, name: string): string {
  return message.includes(name) ? message : `${name}: ${message}`;
}
