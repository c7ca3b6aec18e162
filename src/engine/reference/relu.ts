import type { Tensor } from './tensor.ts';

/** The larger of 0 and each element. NaN stays NaN. */
export function relu(input: Tensor): Tensor {
  return { shape: input.shape, data: input.data.map((value) => (value <= 0 ? 0 : value)) };
}

/** The gradient of `relu`'s input; at 0 it is 0, as PyTorch has it. */
export function reluBackward(output: Tensor, gradient: Tensor): Tensor {
  return {
    shape: gradient.shape,
    data: gradient.data.map((value, at) => (output.data[at]! <= 0 ? 0 : value)),
  };
}
