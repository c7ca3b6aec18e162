import type { ImageBuffer } from '../engine/engine.ts';

/**
 * Closes the gaps that bad images leave in a batch: the last good images move into them. `gaps` are places in the
 * batch, ascending. Returns the indices of the images that are left, in their places. What comes out depends on the
 * gaps alone, not on who filled the batch.
 */
export function closeGaps(input: ImageBuffer, indices: Uint32Array, gaps: readonly number[]): Uint32Array {
  const left = indices.slice();
  const isGap = new Set(gaps);
  let count = indices.length;
  for (const gap of gaps) {
    while (count > 0 && isGap.has(count - 1)) count--;
    if (gap >= count) break;
    count--;
    moveImage(input, count, gap);
    left[gap] = left[count]!;
  }
  return left.slice(0, count);
}

function moveImage({ data, offset, strides, shape }: ImageBuffer, from: number, to: number): void {
  const [, channels, height, width] = shape;
  const shift = (from - to) * strides.image;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const row = offset + to * strides.image + c * strides.channel + y * strides.row;
      for (let x = 0; x < width; x++)
        data[row + x * strides.column] = data[row + x * strides.column + shift]!;
    }
  }
}
