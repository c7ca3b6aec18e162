/** Activations with a slope everywhere: tanh and the logistic sigmoid. Their slopes follow from their outputs. */
import type { Tensor } from './tensor.ts';

/** torch.tanh */
export function tanh(input: Tensor): Tensor {
  return { shape: input.shape, data: input.data.map(Math.tanh) };
}

/** The gradient of `tanh`'s input. */
export function tanhBackward(output: Tensor, gradient: Tensor): Tensor {
  return timesSlope(output, gradient, (value) => 1 - value * value);
}

/** torch.sigmoid: 1 / (1 + exp(-x)). */
export function sigmoid(input: Tensor): Tensor {
  return { shape: input.shape, data: input.data.map((value) => 1 / (1 + Math.exp(-value))) };
}

/** The gradient of `sigmoid`'s input. */
export function sigmoidBackward(output: Tensor, gradient: Tensor): Tensor {
  return timesSlope(output, gradient, (value) => value * (1 - value));
}

function timesSlope(output: Tensor, gradient: Tensor, slope: (output: number) => number): Tensor {
  const data = gradient.data.map((value, at) => value * slope(output.data[at]!));
  return { shape: gradient.shape, data };
}
