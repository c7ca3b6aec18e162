import type { ConvolutionGeometry, ConvolutionGradients } from './convolution.ts';
import { imageShape, zeros, type Tensor, type Weights } from './tensor.ts';

/**
 * A convolution with weights of its own at every output pixel: input [N, I, H, W], weight [O, H', W', I, K, K], bias
 * [O, H', W'] to [N, O, H', W'].
 */
export function locallyConnected(
  input: Tensor,
  weight: Weights,
  bias: Weights,
  geometry: ConvolutionGeometry,
  outputShape: readonly number[],
): Tensor {
  const output = zeros([input.shape[0]!, ...outputShape]);
  for (let at = 0; at < output.data.length; at++) output.data[at] = bias.data[at % bias.data.length]!;
  forEachProduct(input, weight, output, geometry, (inputAt, weightAt, outputAt) => {
    output.data[outputAt]! += input.data[inputAt]! * weight.data[weightAt]!;
  });
  return output;
}

/** The gradients of `locallyConnected`'s inputs, given the gradient of its output. */
export function locallyConnectedBackward(
  input: Tensor,
  weight: Weights,
  geometry: ConvolutionGeometry,
  gradient: Tensor,
): ConvolutionGradients {
  const of = { weight: zeros(weight.shape), bias: zeros(gradient.shape.slice(1)) };
  const biases = of.bias.data;
  for (let at = 0; at < gradient.data.length; at++) biases[at % biases.length]! += gradient.data[at]!;
  forEachProduct(input, weight, gradient, geometry, (inputAt, weightAt, outputAt) => {
    of.weight.data[weightAt]! += input.data[inputAt]! * gradient.data[outputAt]!;
  });
  return { input: locallyConnectedInputGradient(input.shape, weight, geometry, gradient), ...of };
}

/** The gradient of the input alone, whose shape is given. */
export function locallyConnectedInputGradient(
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

/** Visits each product that is summed, by the flat indices of its factors and of its sum. */
function forEachProduct(
  input: Tensor,
  weight: Weights,
  output: Tensor,
  { stride, padding }: ConvolutionGeometry,
  visit: (inputAt: number, weightAt: number, outputAt: number) => void,
): void {
  const [, inChannels, height, width] = imageShape(input);
  const [, , outHeight, outWidth] = imageShape(output);
  const kernelSize = weight.shape.at(-1)!;
  const each = weight.data.length / (output.data.length / output.shape[0]!);
  for (let outputAt = 0; outputAt < output.data.length; outputAt++) {
    const image = Math.floor((outputAt * output.shape[0]!) / output.data.length);
    const place = outputAt % (outHeight * outWidth);
    const first = (outputAt % (output.data.length / output.shape[0]!)) * each;
    for (let within = 0; within < each; within++) {
      const i = Math.floor(within / kernelSize ** 2);
      const y =
        Math.floor(place / outWidth) * stride - padding + (Math.floor(within / kernelSize) % kernelSize);
      const x = (place % outWidth) * stride - padding + (within % kernelSize);
      if (y < 0 || y >= height || x < 0 || x >= width) continue;
      visit(((image * inChannels + i) * height + y) * width + x, first + within, outputAt);
    }
  }
}
