/** The work of the loader, wherever it runs: records of a data set, transformed, into an engine's input. */
import type { ImageBuffer } from '../engine/engine.ts';
import { channels, planarImage } from './image.ts';
import { imageTransform } from './transformImage.ts';
import type { TransformStep } from './transforms.ts';

/** All that a loader thread needs; everything large in it is shared memory. */
export interface FillSource {
  /** Planes, [length, 3, height, width]. */
  readonly images: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly transforms: readonly TransformStep[];
  readonly inputs: readonly ImageBuffer[];
}

/** Put these records into input `slot`, from its image `first` on. */
export interface Fill {
  readonly slot: number;
  readonly first: number;
  readonly indices: Uint32Array;
}

/** Makes the function that does fills. */
export function createFiller(source: FillSource): (fill: Fill) => void {
  const { images, height, width, inputs } = source;
  const transform = imageTransform(source.transforms);
  const imageBytes = channels * height * width;
  return ({ slot, first, indices }) => {
    const input = inputs[slot]!;
    indices.forEach((index, i) => {
      transform(planarImage(images, { height, width }, index * imageBytes), input, first + i);
    });
  };
}
