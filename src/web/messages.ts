/** What the page asks of the worker, and what it answers. */
import type { NetworkSpec } from '../network/spec.ts';

/** Pixels whose channels lie next to each other: RGB, or RGBA as canvases give, whose alpha is not read. */
export interface RawImage {
  /** width × height × 3 or 4 values. */
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** An image as it goes to the worker. */
export type SentImage = RawImage | ImageBitmap;

export interface Prediction {
  /** Name of the class. */
  readonly class: string;
  /** Softmax of the network's outputs, from 0 to 1. */
  readonly probability: number;
}

export interface LoadRequest {
  /** An absolute URL, or what the file is called in messages. */
  readonly name: string;
  /** The file; undefined when it is to be downloaded from `name`. */
  readonly blob: Blob | undefined;
  readonly threads: number | undefined;
  readonly classes: readonly string[] | undefined;
  readonly batchSize: number;
}

export interface LoadedModel {
  readonly classes: readonly string[];
  readonly network: NetworkSpec;
  /** That work on each batch. */
  readonly threads: number;
}

export interface PredictRequest {
  readonly images: readonly SentImage[];
  /** How many classes of each image, the most probable first. */
  readonly top: number;
}

export type Request =
  | { readonly id: number; readonly load: LoadRequest }
  | { readonly id: number; readonly predict: PredictRequest };

/** Of an error: what a page needs to throw the same. */
export interface SentError {
  readonly code: string | undefined;
  readonly message: string;
  readonly advice: string;
  readonly exitCode: 1 | 2;
}

export type Answer =
  | { readonly id: number; readonly result: LoadedModel | readonly (readonly Prediction[])[] }
  | { readonly id: number; readonly error: SentError }
  /** Bytes of the download so far. */
  | { readonly id: number; readonly progress: Progress };

export interface Progress {
  readonly loaded: number;
  /** Undefined where the server does not say, compresses, or is of another origin. */
  readonly total: number | undefined;
}
