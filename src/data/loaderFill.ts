/** The work of the loader, wherever it runs: images, transformed, into an engine's input. */
import type { ImageBuffer } from '../engine/engine.ts';
import { AlexnetError, problemOf } from '../errors.ts';
import type { Fillers } from './batches.ts';
import type { ImageView } from './image.ts';
import { imageTransform } from './transformImage.ts';
import type { TransformStep } from './transforms.ts';

/** An image, and how many of the first transforms have been done to it. */
export interface PreparedImage {
  readonly image: ImageView;
  readonly done: number;
}

/** Where a filler gets images from. */
export interface PreparedReader {
  read(index: number): PreparedImage | Promise<PreparedImage>;
  /** What an image is called, where one may be bad. */
  readonly nameOf?: ((index: number) => string) | undefined;
  /** Lets go of files. */
  close(): void;
}

/** All that a filler needs. */
export interface FillSource {
  readonly images: PreparedReader;
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
export function createFiller({ images, views, seed, inputs }: FillSource): Filler {
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
        if (images.nameOf === undefined || !(error instanceof AlexnetError)) throw error;
        bad.push({ index, at: first + i, problem: describe(error, images.nameOf(index)) });
      }
    }
    return bad;
  }
  return { fill: oneByOne(fill), close: () => images.close() };
}

/** Fills on the calling thread. */
export function inlineFillers(source: FillSource): Fillers {
  const filler = createFiller(source);
  return {
    fill: (batch) => filler.fill({ ...batch, first: 0 }),
    close: async () => filler.close(),
  };
}

/** Some errors, such as that of a crop, do not know which image they are about. */
function describe(error: AlexnetError, name: string): string {
  const problem = problemOf(error);
  return problem.includes(name) ? problem : `${name}: ${problem}`;
}
