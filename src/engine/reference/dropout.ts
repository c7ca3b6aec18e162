import { fillDropoutMask } from '../../random/dropout.ts';
import type { DropoutMask } from '../../random/dropout.ts';
import type { Tensor } from './tensor.ts';

/** The mask of a tensor: 0 where an element is dropped, 1 / (1 - probability) where it is kept. */
export function dropoutMask(shape: readonly number[], mask: DropoutMask): Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  const values = new Float32Array(length);
  fillDropoutMask(values, mask, 0, length);
  return { shape, data: Float64Array.from(values) };
}

/** Input times mask. */
export function dropout(input: Tensor, mask: Tensor): Tensor {
  return { shape: input.shape, data: input.data.map((value, at) => value * mask.data[at]!) };
}

/** The gradient of `dropout`'s input: the same product. */
export function dropoutBackward(mask: Tensor, gradient: Tensor): Tensor {
  return dropout(gradient, mask);
}
