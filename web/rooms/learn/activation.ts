/** The activation functions that steps compare, as the reference engine computes them. */
import { relu, reluBackward } from '../../../src/engine/reference/relu.ts';
import {
  sigmoid,
  sigmoidBackward,
  tanh,
  tanhBackward,
} from '../../../src/engine/reference/smoothActivations.ts';
import type { Tensor } from '../../../src/engine/reference/tensor.ts';

export const activations = ['sigmoid', 'tanh', 'relu'] as const;
export type Activation = (typeof activations)[number];

/** As they are written. */
export const activationNames: Readonly<Record<Activation, string>> = {
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  relu: 'ReLU',
};

const forward = { sigmoid, tanh, relu } as const;
const backward = { sigmoid: sigmoidBackward, tanh: tanhBackward, relu: reluBackward } as const;

/** Values and slopes at these inputs. */
export function curve(
  activation: Activation,
  xs: readonly number[],
): { readonly values: number[]; readonly slopes: number[] } {
  const input: Tensor = { shape: [xs.length], data: Float64Array.from(xs) };
  const output = forward[activation](input);
  const ones = { shape: input.shape, data: new Float64Array(xs.length).fill(1) };
  return { values: [...output.data], slopes: [...backward[activation](output, ones).data] };
}
