/** The learning rate of each step: a pure function of the options and of where the training stands. */
import type { TrainingConfig } from './trainingOptions.ts';

/**
 * `constant`: the rate as it is. `step`: times decayFactor every stepEpochs epochs, or after each of them
 * (torch's StepLR, MultiStepLR). `plateau`: times decayFactor whenever validation stops getting better (ReduceLROnPlateau).
 * `linear`, `cosine`: from the rate to finalLearningRate over the steps after the warm-up (CosineAnnealingLR).
 * `one-cycle`: along cosines from a low rate up to the peak, and down to almost nothing (OneCycleLR, without its
 * cycle of momentum; Smith and Topin 2018).
 */
export const scheduleNames = ['constant', 'step', 'plateau', 'linear', 'cosine', 'one-cycle'] as const;
export type ScheduleName = (typeof scheduleNames)[number];

export type ScheduleOptions = Pick<
  TrainingConfig,
  | 'schedule'
  | 'learningRate'
  | 'epochs'
  | 'warmupEpochs'
  | 'warmupStart'
  | 'finalLearningRate'
  | 'decayFactor'
  | 'stepEpochs'
  | 'cyclePeak'
  | 'cycleDivisor'
  | 'cycleFinalDivisor'
>;

export interface ScheduleTime {
  /** Steps that are done, in all. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** How often `plateau` has reduced the rate. */
  readonly reductions: number;
}

/** Schedules that depend on how long the training is: they cannot be made longer on the way. */
export function dependsOnLength(schedule: ScheduleName): boolean {
  return schedule === 'linear' || schedule === 'cosine' || schedule === 'one-cycle';
}

/**
 * The learning rate of the next step. The warm-up is a straight line from warmupStart times the rate (torch's
 * LinearLR): `step` and `plateau` count their epochs from the beginning of it, `linear` and `cosine` from its end.
 */
export function learningRateAt(options: ScheduleOptions, time: ScheduleTime): number {
  const { warmupStart, warmupEpochs } = options;
  const warmupSteps = Math.round(warmupEpochs * time.stepsPerEpoch);
  const rate = scheduledRate(options, time, warmupSteps);
  if (time.step >= warmupSteps) return rate;
  return rate * (warmupStart + ((1 - warmupStart) * time.step) / warmupSteps);
}

function scheduledRate(options: ScheduleOptions, time: ScheduleTime, warmupSteps: number): number {
  const { learningRate, finalLearningRate, decayFactor } = options;
  const totalSteps = options.epochs * time.stepsPerEpoch;
  const range = learningRate - finalLearningRate;
  // 0 at the end of the warm-up, 1 after the last step.
  const progress = Math.max(0, time.step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  switch (options.schedule) {
    case 'constant':
      return learningRate;
    case 'step':
      return learningRate * decayFactor ** stepsTaken(options.stepEpochs, time);
    case 'plateau':
      return learningRate * decayFactor ** time.reductions;
    case 'linear':
      return learningRate - range * progress;
    case 'cosine':
      return finalLearningRate + (range * (1 + Math.cos(Math.PI * progress))) / 2;
    case 'one-cycle':
      return oneCycleRate(options, time.step, totalSteps);
  }
}

function stepsTaken(
  stepEpochs: ScheduleOptions['stepEpochs'],
  { step, stepsPerEpoch }: ScheduleTime,
): number {
  const epochs = Math.floor(step / stepsPerEpoch);
  if (typeof stepEpochs === 'number') return Math.floor(epochs / stepEpochs);
  return stepEpochs.filter((epoch) => epoch <= epochs).length;
}

/** As torch: the peak is at step cyclePeak × total - 1, the end at the last step. */
function oneCycleRate(options: ScheduleOptions, step: number, totalSteps: number): number {
  const { learningRate: peak, cyclePeak, cycleDivisor, cycleFinalDivisor } = options;
  const first = peak / cycleDivisor;
  const peakStep = cyclePeak * totalSteps - 1;
  if (step <= peakStep) return alongCosine(first, peak, peakStep > 0 ? step / peakStep : 1);
  const end = totalSteps - 1;
  const from = Math.max(0, peakStep);
  return alongCosine(peak, first / cycleFinalDivisor, end > from ? (step - from) / (end - from) : 0);
}

function alongCosine(from: number, to: number, progress: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * progress));
}
