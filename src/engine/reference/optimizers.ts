/** One update of one parameter, in place; the formulas are the contract's (engine.ts). */
import type { AdamWOptions, OptimizerOptions, ParameterOptions, SgdOptions } from '../engine.ts';
import type { Tensor } from './tensor.ts';

/** What an update reads and writes besides the gradient. */
export interface Updated {
  readonly weight: Tensor;
  /** SGD's velocity, AdamW's first moment. */
  readonly momentum: Tensor;
  /** AdamW's. */
  readonly secondMoment?: Tensor | undefined;
}

/** By whichever rule the options name. */
export function updateParameter(
  updated: Updated,
  gradient: Tensor,
  options: OptimizerOptions,
  { learningRateScale = 1, decays = true }: ParameterOptions = {},
): void {
  const learningRate = options.learningRate * learningRateScale;
  const weightDecay = decays ? options.weightDecay : 0;
  if (options.type === 'adamw') adamWUpdate(updated, gradient, { ...options, learningRate, weightDecay });
  else sgdUpdate(updated, gradient, { ...options, learningRate, weightDecay });
}

function sgdUpdate({ weight, momentum: velocity }: Updated, gradient: Tensor, options: SgdOptions): void {
  const { learningRate, momentum, weightDecay, form = 'pytorch' } = options;
  const [w, v] = [weight.data, velocity.data];
  for (let at = 0; at < w.length; at++) {
    const g = gradient.data[at]!;
    if (form === 'paper') {
      v[at] = momentum * v[at]! - weightDecay * learningRate * w[at]! - learningRate * g;
      w[at]! += v[at]!;
      continue;
    }
    const decayed = g + weightDecay * w[at]!;
    v[at] = momentum * v[at]! + decayed;
    w[at]! -= learningRate * (form === 'nesterov' ? decayed + momentum * v[at]! : v[at]!);
  }
}

function adamWUpdate(
  { weight, momentum, secondMoment }: Updated,
  gradient: Tensor,
  options: AdamWOptions,
): void {
  const { learningRate, beta1, beta2, epsilon, weightDecay, step } = options;
  const [w, m, s] = [weight.data, momentum.data, secondMoment!.data];
  for (let at = 0; at < w.length; at++) {
    const g = gradient.data[at]!;
    w[at]! *= 1 - learningRate * weightDecay;
    m[at] = beta1 * m[at]! + (1 - beta1) * g;
    s[at] = beta2 * s[at]! + (1 - beta2) * g * g;
    const denominator = Math.sqrt(s[at]! / (1 - beta2 ** step)) + epsilon;
    w[at]! -= (learningRate * (m[at]! / (1 - beta1 ** step))) / denominator;
  }
}

/** average = decay * average + (1 - decay) * weight, in place. */
export function moveAverage(average: Tensor, weight: Tensor, decay: number): void {
  for (let at = 0; at < average.data.length; at++)
    average.data[at] = decay * average.data[at]! + (1 - decay) * weight.data[at]!;
}
