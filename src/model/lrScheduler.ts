/** torch.optim.lr_scheduler, as far as this package has it. Call `step` where a script in PyTorch does. */
import { learningRateAt, type ScheduleOptions } from '../training/schedule.ts';
import { newValidationState, watchValidation } from '../training/validation.ts';
import type { Optimizer } from './optim.ts';

export interface LrScheduler {
  /** Sets the optimizer's next learning rate. */
  step(): void;
  getLastLr(): number;
}

/** Sets the rate that `rate` gives for the number of steps that are done. */
function scheduler({ options }: Optimizer, rate: (step: number) => number): LrScheduler {
  let done = 0;
  options.lr = rate(done);
  return {
    step() {
      done++;
      options.lr = rate(done);
    },
    getLastLr: () => options.lr,
  };
}

/** A schedule of training runs, a step of which is one of the scheduler. */
function scheduled(optimizer: Optimizer, options: Partial<ScheduleOptions>): LrScheduler {
  const { lr: learningRate } = optimizer.options;
  const all: ScheduleOptions = {
    schedule: 'constant',
    learningRate,
    epochs: 1,
    warmupEpochs: 0,
    warmupStart: 1,
    finalLearningRate: 0,
    decayFactor: 0.1,
    stepEpochs: 1,
    cyclePeak: 0.3,
    cycleDivisor: 25,
    cycleFinalDivisor: 10_000,
    ...options,
  };
  return scheduler(optimizer, (step) => learningRateAt(all, { step, stepsPerEpoch: 1, reductions: 0 }));
}

/** Times gamma every stepSize steps. */
function stepLR(
  optimizer: Optimizer,
  { stepSize, gamma = 0.1 }: { readonly stepSize: number; readonly gamma?: number },
): LrScheduler {
  return scheduled(optimizer, { schedule: 'step', stepEpochs: stepSize, decayFactor: gamma });
}

/** Times gamma after each of these steps. */
function multiStepLR(
  optimizer: Optimizer,
  { milestones, gamma = 0.1 }: { readonly milestones: readonly number[]; readonly gamma?: number },
): LrScheduler {
  return scheduled(optimizer, { schedule: 'step', stepEpochs: milestones, decayFactor: gamma });
}

/** Along half a cosine from the rate to etaMin, in tMax steps. */
function cosineAnnealingLR(
  optimizer: Optimizer,
  { tMax, etaMin = 0 }: { readonly tMax: number; readonly etaMin?: number },
): LrScheduler {
  return scheduled(optimizer, { schedule: 'cosine', epochs: tMax, finalLearningRate: etaMin });
}

/** In a straight line from startFactor to endFactor times the rate, in totalIters steps. */
function linearLR(
  optimizer: Optimizer,
  {
    startFactor = 1 / 3,
    endFactor = 1,
    totalIters = 5,
  }: { readonly startFactor?: number; readonly endFactor?: number; readonly totalIters?: number } = {},
): LrScheduler {
  const { lr } = optimizer.options;
  return scheduler(
    optimizer,
    (step) => lr * (startFactor + ((endFactor - startFactor) * Math.min(step, totalIters)) / totalIters),
  );
}

/** Up to maxLr along a cosine, and down to almost nothing; momentum stays as it is. */
function oneCycleLR(
  optimizer: Optimizer,
  options: {
    readonly maxLr: number;
    readonly totalSteps: number;
    readonly pctStart?: number;
    readonly divFactor?: number;
    readonly finalDivFactor?: number;
  },
): LrScheduler {
  const { maxLr, totalSteps, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = options;
  return scheduled(optimizer, {
    schedule: 'one-cycle',
    learningRate: maxLr,
    epochs: totalSteps,
    cyclePeak: pctStart,
    cycleDivisor: divFactor,
    cycleFinalDivisor: finalDivFactor,
  });
}

export interface PlateauScheduler extends Omit<LrScheduler, 'step'> {
  /** Takes in a value that should become less, such as the validation loss. */
  step(value: number): void;
}

/** Times factor once more than `patience` values in a row have not been better, by a 10,000th of it at least. */
function reduceLROnPlateau(
  optimizer: Optimizer,
  { factor = 0.1, patience = 10 }: { readonly factor?: number; readonly patience?: number } = {},
): PlateauScheduler {
  const { options } = optimizer;
  let state = newValidationState;
  return {
    step(value) {
      const { reductions } = state.plateau;
      state = watchValidation(state, value, 0, { schedule: 'plateau', plateauPatience: patience });
      if (state.plateau.reductions > reductions) options.lr *= factor;
    },
    getLastLr: () => options.lr,
  };
}

export const lrScheduler = {
  stepLR,
  multiStepLR,
  cosineAnnealingLR,
  linearLR,
  oneCycleLR,
  reduceLROnPlateau,
} as const;
