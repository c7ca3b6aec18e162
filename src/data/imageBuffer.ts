import type { ImageBuffer } from '../engine/engine.ts';

/** An image buffer in [N, C, H, W] order over these values. */
export function planarBuffer(data: Float32Array, shape: ImageBuffer['shape']): ImageBuffer {
  const [, channels, height, width] = shape;
  const plane = height * width;
  const strides = { image: channels * plane, channel: plane, row: width, column: 1 };
  return { data, offset: 0, strides, shape };
}

/** An image buffer in [N, C, H, W] order on shared memory, for loader threads to write. */
export function sharedImageBuffer(shape: ImageBuffer['shape']): ImageBuffer {
  const elements = shape[0] * shape[1] * shape[2] * shape[3];
  return planarBuffer(new Float32Array(new SharedArrayBuffer(elements * 4)), shape);
}
