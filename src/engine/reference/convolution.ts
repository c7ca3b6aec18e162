import { imageShape, zeros } from './tensor.ts';
import type { Tensor, Weights } from './tensor.ts';

export interface ConvolutionGeometry {
  readonly stride: number;
  /** Zeros added on each side. */
  readonly padding: number;
  /** Parts that channels are divided into. Default 1. */
  readonly groups?: number;
}

export interface ConvolutionGradients {
  readonly input: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor;
}

/** torch.nn.functional.conv2d: input [N, I, H, W], weight [O, I/groups, K, K], bias [O] to [N, O, H', W']. */
export function convolution(
  input: Tensor,
  weight: Weights,
  bias: Weights,
  geometry: ConvolutionGeometry,
): Tensor {
  const [images, , height, width] = imageShape(input);
  const [outChannels, , kernelSize] = imageShape(weight);
  const reach = 2 * geometry.padding - kernelSize;
  const outHeight = Math.floor((height + reach) / geometry.stride) + 1;
  const outWidth = Math.floor((width + reach) / geometry.stride) + 1;
  const output = zeros([images, outChannels, outHeight, outWidth]);
  for (let at = 0; at < output.data.length; at++) {
    output.data[at] = bias.data[Math.floor(at / (outHeight * outWidth)) % outChannels]!;
  }
  forEachProduct(input, weight, output, geometry, (inputAt, weightAt, outputAt) => {
    output.data[outputAt]! += input.data[inputAt]! * weight.data[weightAt]!;
  });
  return output;
}

/** The gradients of `convolution`'s inputs, given the gradient of its output. */
export function convolutionBackward(
  input: Tensor,
  weight: Weights,
  geometry: ConvolutionGeometry,
  gradient: Tensor,
): ConvolutionGradients {
  const [, outChannels, outHeight, outWidth] = imageShape(gradient);
  const of = { weight: zeros(weight.shape), bias: zeros([outChannels]) };
  for (let at = 0; at < gradient.data.length; at++) {
    of.bias.data[Math.floor(at / (outHeight * outWidth)) % outChannels]! += gradient.data[at]!;
  }
  forEachProduct(input, weight, gradient, geometry, (inputAt, weightAt, outputAt) => {
    of.weight.data[weightAt]! += input.data[inputAt]! * gradient.data[outputAt]!;
  });
  return { input: convolutionInputGradient(input.shape, weight, geometry, gradient), ...of };
}

/** The gradient of the input alone, whose shape is given. */
export function convolutionInputGradient(
  shape: readonly number[],
  weight: Weights,
  geometry: ConvolutionGeometry,
  gradient: Tensor,
): Tensor {
  const input = zeros(shape);
  forEachProduct(input, weight, gradient, geometry, (inputAt, weightAt, outputAt) => {
    input.data[inputAt]! += weight.data[weightAt]! * gradient.data[outputAt]!;
  });
  return input;
}

/** Visits each product that a convolution sums, by the flat indices of its factors and of its sum. */
function forEachProduct(
  input: Tensor,
  weight: Weights,
  output: Tensor,
  { stride, padding, groups = 1 }: ConvolutionGeometry,
  visit: (inputAt: number, weightAt: number, outputAt: number) => void,
): void {
  const [, inChannels, height, width] = imageShape(input);
  const [, seenChannels, kernelSize] = imageShape(weight);
  const [images, outChannels, outHeight, outWidth] = imageShape(output);
  for (let n = 0; n < images; n++) {
    for (let o = 0; o < outChannels; o++) {
      for (let outY = 0; outY < outHeight; outY++) {
        for (let outX = 0; outX < outWidth; outX++) {
          const outputAt = ((n * outChannels + o) * outHeight + outY) * outWidth + outX;
          const first = Math.floor((o * groups) / outChannels) * seenChannels;
          for (let i = 0; i < seenChannels; i++) {
            for (let kernelY = 0; kernelY < kernelSize; kernelY++) {
              const y = outY * stride - padding + kernelY;
              if (y < 0 || y >= height) continue;
              for (let kernelX = 0; kernelX < kernelSize; kernelX++) {
                const x = outX * stride - padding + kernelX;
                if (x < 0 || x >= width) continue;
                const inputAt = ((n * inChannels + first + i) * height + y) * width + x;
                const weightAt = ((o * seenChannels + i) * kernelSize + kernelY) * kernelSize + kernelX;
                visit(inputAt, weightAt, outputAt);
              }
            }
          }
        }
      }
    }
  }
}
