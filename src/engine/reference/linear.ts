import { matrixShape, zeros } from './tensor.ts';
import type { Tensor, Weights } from './tensor.ts';

export interface LinearGradients {
  readonly input: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor;
}

/** torch.nn.functional.linear: input [N, in], weight [out, in], bias [out] to [N, out]. */
export function linear(input: Tensor, weight: Weights, bias: Weights): Tensor {
  const [images, inFeatures] = matrixShape(input);
  const [outFeatures] = matrixShape(weight);
  const output = zeros([images, outFeatures]);
  for (let n = 0; n < images; n++) {
    for (let o = 0; o < outFeatures; o++) {
      let sum = bias.data[o]!;
      for (let i = 0; i < inFeatures; i++) {
        sum += input.data[n * inFeatures + i]! * weight.data[o * inFeatures + i]!;
      }
      output.data[n * outFeatures + o] = sum;
    }
  }
  return output;
}

/** The gradients of `linear`'s inputs, given the gradient of its output. */
export function linearBackward(input: Tensor, weight: Weights, gradient: Tensor): LinearGradients {
  const [images, inFeatures] = matrixShape(input);
  const [outFeatures] = matrixShape(weight);
  const of = { weight: zeros(weight.shape), bias: zeros([outFeatures]) };
  for (let n = 0; n < images; n++) {
    for (let o = 0; o < outFeatures; o++) {
      const upstream = gradient.data[n * outFeatures + o]!;
      of.bias.data[o]! += upstream;
      for (let i = 0; i < inFeatures; i++) {
        of.weight.data[o * inFeatures + i]! += input.data[n * inFeatures + i]! * upstream;
      }
    }
  }
  return { input: linearInputGradient(weight, gradient), ...of };
}

/** The gradient of the input alone, [N, in]. */
export function linearInputGradient(weight: Weights, gradient: Tensor): Tensor {
  const [images] = matrixShape(gradient);
  const [outFeatures, inFeatures] = matrixShape(weight);
  const input = zeros([images, inFeatures]);
  for (let n = 0; n < images; n++) {
    for (let o = 0; o < outFeatures; o++) {
      const upstream = gradient.data[n * outFeatures + o]!;
      for (let i = 0; i < inFeatures; i++) {
        input.data[n * inFeatures + i]! += weight.data[o * inFeatures + i]! * upstream;
      }
    }
  }
  return input;
}
