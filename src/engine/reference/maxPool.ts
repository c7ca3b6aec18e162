import type { Window } from '../../network/windows.ts';
import type { PoolWindows } from './averagePool.ts';
import { imageShape, zeros } from './tensor.ts';
import type { Tensor } from './tensor.ts';

export interface MaxPooled {
  readonly output: Tensor;
  /** For each output, the flat index of the input that it is. */
  readonly chosen: Uint32Array;
}

/**
 * torch.nn.functional.max_pool2d: [N, C, H, W] to [N, C, rows, columns]. Of equal values the first in the window is
 * taken, row by row; a NaN wins over everything.
 */
export function maxPool(input: Tensor, { rows, columns }: PoolWindows): MaxPooled {
  const [images, channels, height, width] = imageShape(input);
  const output = zeros([images, channels, rows.length, columns.length]);
  const chosen = new Uint32Array(output.data.length);
  let at = 0;
  for (let plane = 0; plane < images * channels; plane++) {
    for (const row of rows) {
      for (const column of columns) {
        chosen[at] = largestInWindow(input.data, plane * height * width, width, row, column);
        output.data[at] = input.data[chosen[at]]!;
        at++;
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

function largestInWindow(
  values: Float64Array,
  plane: number,
  width: number,
  row: Window,
  column: Window,
): number {
  let largest = plane + row.begin * width + column.begin;
  for (let y = row.begin; y < row.end; y++) {
    for (let x = column.begin; x < column.end; x++) {
      const at = plane + y * width + x;
      if (values[at]! > values[largest]! || Number.isNaN(values[at])) largest = at;
    }
  }
  return largest;
}
