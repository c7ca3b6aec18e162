/** A batch of images ready for a model, where the loader wrote it. */
import { planarBuffer } from '../data/imageBuffer.ts';
import type { ImageBuffer } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';

export interface ImageBatch {
  /** [N, C, H, W] */
  readonly shape: readonly [number, number, number, number];
  /** Length of one dimension of `shape`; size(0) is the number of images. */
  size(dimension: 0 | 1 | 2 | 3): number;
  /** Holds the images; it may have room for more than `size(0)`. */
  readonly buffer: ImageBuffer;
  /** True once the loop has asked for the next batch: the loader may then be writing over this one. */
  readonly released: boolean;
  /** The pass over a loader that this batch came from, if any. */
  readonly source?: BatchSource;
}

/** One pass over a data loader, as a model sees it. */
export interface BatchSource {
  /**
   * Asks that later batches be written into these buffers; `onEnd` is called when the pass needs them no more.
   * False when they are too small.
   */
  adopt(buffers: readonly ImageBuffer[], onEnd: () => void): boolean;
}

/** A batch over values of one's own, [N, C, H, W], not copied. Throws ALEX_TENSOR_OPERATION on a wrong length. */
export function imageBatch(data: Float32Array, shape: ImageBatch['shape']): ImageBatch {
  const elements = shape[0] * shape[1] * shape[2] * shape[3];
  if (data.length !== elements) {
    const problem = `${data.length} values do not fill the shape [${shape.join(', ')}]`;
    throw alexnetError('ALEX_TENSOR_OPERATION', { operation: 'imageBatch', problem });
  }
  return { shape, size: (dimension) => shape[dimension], buffer: planarBuffer(data, shape), released: false };
}

/** Copies the first `count` images; both buffers have images of the same shape. */
export function copyImages(from: ImageBuffer, to: ImageBuffer, count: number): void {
  const [, channels, height] = from.shape;
  for (let image = 0; image < count; image++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < height; row++) copyRow(from, to, image, channel, row);
    }
  }
}

function copyRow(from: ImageBuffer, to: ImageBuffer, image: number, channel: number, row: number): void {
  const width = from.shape[3];
  const source = rowStart(from, image, channel, row);
  const target = rowStart(to, image, channel, row);
  const sourceStep = from.strides.column;
  const targetStep = to.strides.column;
  for (let x = 0; x < width; x++) {
    to.data[target + x * targetStep] = from.data[source + x * sourceStep];
  }
}

function rowStart({ offset, strides }: ImageBuffer, image: number, channel: number, row: number): number {
  return offset + image * strides.image + channel * strides.channel + row * strides.row;
}
