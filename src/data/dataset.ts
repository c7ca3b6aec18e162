/** The contract of data sets: labelled images, in memory or in files, as the loader and its threads share them. */
import type { EncodedImages } from './images/encodedImages.ts';
import type { ImageSize } from './image.ts';
import { sharedBytes } from './sharedBytes.ts';
import { commonOutputSize, outputSize, type TransformStep } from './transforms.ts';

export const splits = ['train', 'validation', 'test'] as const;
export type Split = (typeof splits)[number];

/** Class index of each image; two bytes each where there are more than 256 classes. */
export type DatasetLabels = Uint8Array<SharedArrayBuffer> | Uint16Array<SharedArrayBuffer>;

interface LabelledImages {
  /** As on the command line: `cifar10`, `shapes`, or the last part of a path. */
  readonly name: string;
  readonly split: Split;
  readonly classes: readonly string[];
  readonly length: number;
  readonly labels: DatasetLabels;
}

/** All images in memory, of one size. */
export interface MemoryDataset extends LabelledImages {
  /** Of every image, before transforms. */
  readonly height: number;
  readonly width: number;
  /** uint8 pixels in planes, [length, 3, height, width], on shared memory so that threads read it in place. */
  readonly images: Uint8Array<SharedArrayBuffer>;
}

/** Images in files, of any sizes; they are read and decoded when they are wanted. */
export interface FileDataset extends LabelledImages {
  readonly encoded: EncodedImages;
}

export type Dataset = MemoryDataset | FileDataset;

/** Whether every image is a square, before transforms. */
export function hasSquares(dataset: Dataset): boolean {
  return 'images' in dataset && dataset.height === dataset.width;
}

/** Labels for so many images, all 0, in as few bytes as the number of classes allows. */
export function emptyLabels(length: number, classes: number): DatasetLabels {
  return classes <= 256 ? new Uint8Array(sharedBytes(length)) : new Uint16Array(sharedBytes(2 * length));
}

/**
 * Size of every image of a data set after these transforms. Throws ALEX_DATA_TRANSFORMS when it would differ from
 * image to image.
 */
export function transformedSize(dataset: Dataset, transforms: readonly TransformStep[]): ImageSize {
  return 'images' in dataset ? outputSize(transforms, dataset) : commonOutputSize(transforms);
}
