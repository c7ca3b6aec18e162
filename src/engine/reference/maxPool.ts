import { imageShape, zeros } from './tensor.ts';
import type { Tensor } from './tensor.ts';

export interface MaxPooled {
  readonly output: Tensor;
  /** For each output, the flat index of the input that it is. */
  readonly chosen: Uint32Array;
}

/**
 * torch.nn.functional.max_pool2d, no padding: [N, C, H, W] to [N, C, H', W']. Of equal values the first in the
 * window is taken, row by row; a NaN wins over everything.
 */
export function maxPool(
  input: Tensor,
  { kernelSize, stride }: { readonly kernelSize: number; readonly stride: number },
): MaxPooled {
  const [images, channels, height, width] = imageShape(input);
  const outHeight = Math.floor((height - kernelSize) / stride) + 1;
  const outWidth = Math.floor((width - kernelSize) / stride) + 1;
  const output = zeros([images, channels, outHeight, outWidth]);
  const chosen = new Uint32Array(output.data.length);
  for (let plane = 0; plane < images * channels; plane++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        const first = (plane * height + y * stride) * width + x * stride;
        const at = (plane * outHeight + y) * outWidth + x;
        chosen[at] = largestInWindow(input.data, first, width, kernelSize);
        output.data[at] = input.data[chosen[at]]!;
      }
    }
  }
  return { output, chosen };
}

/** The gradient of `maxPool`'s input: each output's goes to the input that it is. */
export function maxPoolBackward(
  inputShape: readonly number[],
  chosen: Uint32Array,
  gradient: Tensor,
): Tensor {
  const input = zeros(inputShape);
  for (const [at, source] of chosen.entries()) input.data[source]! += gradient.data[at]!;
  return input;
}

function largestInWindow(values: Float64Array, first: number, width: number, kernelSize: number): number {
  let largest = first;
  for (let y = 0; y < kernelSize; y++) {
    for (let x = 0; x < kernelSize; x++) {
      const at = first + y * width + x;
      if (values[at]! > values[largest]! || Number.isNaN(values[at])) largest = at;
    }
  }
  return largest;
}
