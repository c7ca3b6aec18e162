/** The numbers of an update, as its kernels find them: for each group of parameters its own. */
import { sgdForms, type AdamWOptions, type OptimizerOptions, type SgdOptions } from '../../engine.ts';
import { adamWEpsilon, adamWScalars, sgdConstants } from '../kernels/updates.ts';
import { panelColumns } from '../kernels/tile.ts';
import type { UpdateGroup } from '../operators/update.ts';
import { controlWords } from '../threads/control.ts';
import type { Instance } from '../threads/instance.ts';

/** Worked out in float64, rounded once. */
export function writeConstants(
  { floats, words }: Instance,
  groups: readonly UpdateGroup[],
  optimizer: OptimizerOptions,
): void {
  const form = optimizer.type === 'adamw' ? 'pytorch' : (optimizer.form ?? 'pytorch');
  words[controlWords.form] = sgdForms.indexOf(form);
  for (const { address, learningRateScale, decays } of groups) {
    const learningRate = optimizer.learningRate * learningRateScale;
    const weightDecay = decays ? optimizer.weightDecay : 0;
    const own = floats.subarray(address / 4);
    if (optimizer.type === 'adamw') writeAdamW(own, { ...optimizer, learningRate, weightDecay });
    else writeSgd(own, { ...optimizer, learningRate, weightDecay });
  }
}

function writeSgd(floats: Float32Array, { learningRate, momentum, weightDecay }: SgdOptions): void {
  floats[sgdConstants.weightDecay / 4] = weightDecay;
  floats[sgdConstants.momentum / 4] = momentum;
  floats[sgdConstants.minusLearningRate / 4] = -learningRate;
  floats[sgdConstants.minusDecay / 4] = -learningRate * weightDecay;
}

function writeAdamW(floats: Float32Array, options: AdamWOptions): void {
  const { learningRate, beta1, beta2, epsilon, weightDecay, step } = options;
  const numbers: Record<keyof typeof adamWScalars, number> = {
    keep: 1 - learningRate * weightDecay,
    beta1,
    rest1: 1 - beta1,
    beta2,
    rest2: 1 - beta2,
    minusRate: -learningRate / (1 - beta1 ** step),
    root: 1 / Math.sqrt(1 - beta2 ** step),
  };
  for (const [name, offset] of Object.entries(adamWScalars))
    floats[offset / 4] = numbers[name as keyof typeof adamWScalars];
  floats.fill(epsilon, adamWEpsilon / 4, adamWEpsilon / 4 + panelColumns);
}
