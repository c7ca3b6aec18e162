import type { ImageBuffer } from '../../src/engine/engine.ts';

/** Writes [N, C, H, W] values into an engine's input, whatever its layout; N may be less than the buffer's. */
export function writeImages(buffer: ImageBuffer, values: ArrayLike<number>): void {
  const { data, offset, strides, shape } = buffer;
  const [, channels, height, width] = shape;
  for (let at = 0; at < values.length; at++) {
    const column = at % width;
    const row = Math.floor(at / width) % height;
    const channel = Math.floor(at / (width * height)) % channels;
    const image = Math.floor(at / (width * height * channels));
    const index =
      offset +
      image * strides.image +
      channel * strides.channel +
      row * strides.row +
      column * strides.column;
    data[index] = values[at]!;
  }
}

/** The values of the first `count` images, [count, C, H, W]. */
export function readImages(buffer: ImageBuffer, count: number): Float32Array {
  const { data, offset, strides, shape } = buffer;
  const [, channels, height, width] = shape;
  const values = new Float32Array(count * channels * height * width);
  let at = 0;
  for (let image = 0; image < count; image++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < height; row++) {
        const start = offset + image * strides.image + channel * strides.channel + row * strides.row;
        for (let column = 0; column < width; column++) {
          values[at++] = data[start + column * strides.column]!;
        }
      }
    }
  }
  return values;
}
