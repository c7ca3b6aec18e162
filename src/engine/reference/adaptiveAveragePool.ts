import { imageShape, zeros } from './tensor.ts';
import type { Tensor } from './tensor.ts';

/** torch.nn.functional.adaptive_avg_pool2d: [N, C, H, W] to [N, C, outputSize, outputSize]. */
export function adaptiveAveragePool(input: Tensor, outputSize: number): Tensor {
  const [images, channels] = imageShape(input);
  const output = zeros([images, channels, outputSize, outputSize]);
  forEachTerm(input.shape, outputSize, (inputAt, outputAt, area) => {
    output.data[outputAt]! += input.data[inputAt]! / area;
  });
  return output;
}

/** The gradient of `adaptiveAveragePool`'s input, given the gradient of its output. */
export function adaptiveAveragePoolBackward(inputShape: readonly number[], gradient: Tensor): Tensor {
  const [, , outputSize] = imageShape(gradient);
  const input = zeros(inputShape);
  forEachTerm(inputShape, outputSize, (inputAt, outputAt, area) => {
    input.data[inputAt]! += gradient.data[outputAt]! / area;
  });
  return input;
}

/** Visits each input of each window, with the number of inputs in that window. */
function forEachTerm(
  inputShape: readonly number[],
  outputSize: number,
  visit: (inputAt: number, outputAt: number, area: number) => void,
): void {
  const [images = 0, channels = 0, height = 0, width = 0] = inputShape;
  for (let plane = 0; plane < images * channels; plane++) {
    for (let outY = 0; outY < outputSize; outY++) {
      const rows = window(outY, height, outputSize);
      for (let outX = 0; outX < outputSize; outX++) {
        const columns = window(outX, width, outputSize);
        const area = (rows.end - rows.begin) * (columns.end - columns.begin);
        for (let y = rows.begin; y < rows.end; y++) {
          for (let x = columns.begin; x < columns.end; x++) {
            const inputAt = (plane * height + y) * width + x;
            visit(inputAt, (plane * outputSize + outY) * outputSize + outX, area);
          }
        }
      }
    }
  }
}

/** PyTorch's window: neighbours overlap when the size is no multiple, and repeat when it is smaller. */
function window(index: number, size: number, outputSize: number): { begin: number; end: number } {
  return {
    begin: Math.floor((index * size) / outputSize),
    end: Math.ceil(((index + 1) * size) / outputSize),
  };
}
