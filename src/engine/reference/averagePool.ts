import type { Window } from '../../network/windows.ts';
import { imageShape, zeros } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/** The windows of a pooling layer, by output line and output column. */
export interface PoolWindows {
  readonly rows: readonly Window[];
  readonly columns: readonly Window[];
}

/** The mean of each window: [N, C, H, W] to [N, C, rows, columns]. */
export function averagePool(input: Tensor, windows: PoolWindows): Tensor {
  const [images, channels] = imageShape(input);
  const output = zeros([images, channels, windows.rows.length, windows.columns.length]);
  forEachTerm(input.shape, windows, (inputAt, outputAt, divisor) => {
    output.data[outputAt]! += input.data[inputAt]! / divisor;
  });
  return output;
}

/** The gradient of `averagePool`'s input, given the gradient of its output. */
export function averagePoolBackward(
  inputShape: readonly number[],
  windows: PoolWindows,
  gradient: Tensor,
): Tensor {
  const input = zeros(inputShape);
  forEachTerm(inputShape, windows, (inputAt, outputAt, divisor) => {
    input.data[inputAt]! += gradient.data[outputAt]! / divisor;
  });
  return input;
}

/** Visits each input of each window, with what that window's sum is divided by. */
function forEachTerm(
  inputShape: readonly number[],
  { rows, columns }: PoolWindows,
  visit: (inputAt: number, outputAt: number, divisor: number) => void,
): void {
  const [images = 0, channels = 0, height = 0, width = 0] = inputShape;
  for (let plane = 0; plane < images * channels; plane++) {
    for (const [outY, row] of rows.entries()) {
      for (const [outX, column] of columns.entries()) {
        const outputAt = (plane * rows.length + outY) * columns.length + outX;
        for (let y = row.begin; y < row.end; y++) {
          for (let x = column.begin; x < column.end; x++) {
            visit((plane * height + y) * width + x, outputAt, row.divisor * column.divisor);
          }
        }
      }
    }
  }
}
