import type { SgdOptions } from '../engine.ts';
import type { Tensor } from './tensor.ts';

/**
 * torch.optim.SGD on one parameter, in place: g = gradient + weightDecay * w; v = momentum * v + g;
 * w -= learningRate * v.
 */
export function sgdUpdate(weight: Tensor, gradient: Tensor, velocity: Tensor, options: SgdOptions): void {
  const { learningRate, momentum, weightDecay } = options;
  for (let at = 0; at < weight.data.length; at++) {
    const decayed = gradient.data[at]! + weightDecay * weight.data[at]!;
    velocity.data[at] = momentum * velocity.data[at]! + decayed;
    weight.data[at]! -= learningRate * velocity.data[at]!;
  }
}
