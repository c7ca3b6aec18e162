import { dataLoading } from './dataLoading.ts';
import { deadUnits } from './deadUnits.ts';
import type { Diagnosis } from './diagnosis.ts';
import { divergence } from './divergence.ts';
import { labelNoise } from './labelNoise.ts';
import { learningRateHigh } from './learningRateHigh.ts';
import { learningRateLow } from './learningRateLow.ts';
import { lossAtChance } from './lossAtChance.ts';
import { overfitting } from './overfitting.ts';
import { unbalancedClasses } from './unbalancedClasses.ts';

/** All of them, what stops a training before what makes it worse. */
export const diagnoses: readonly Diagnosis[] = [
  divergence,
  lossAtChance,
  learningRateHigh,
  learningRateLow,
  deadUnits,
  overfitting,
  labelNoise,
  unbalancedClasses,
  dataLoading,
];
