/** What the validation images decide: the best weights so far, when to reduce the learning rate, when to stop. */
import type { TrainingConfig } from './trainingOptions.ts';
import type { ResultEvent } from './events.ts';

/** What is to get better: the loss, or the share of images that are right. */
export const monitors = ['loss', 'accuracy'] as const;
export type Monitor = (typeof monitors)[number];

/** What was seen so far; plain data, kept in checkpoints. */
export interface ValidationState {
  /** The least monitored value and the epoch that had it (from 1); an accuracy is monitored as its error, 1 - accuracy. */
  readonly best: number | null;
  readonly bestEpoch: number;
  /** Validations since then. */
  readonly waited: number;
  readonly plateau: PlateauState;
}

export interface PlateauState {
  readonly best: number | null;
  /** Validations that were not better, since the last that was, or the last reduction. */
  readonly bad: number;
  readonly reductions: number;
}

export const newValidationState: ValidationState = {
  best: null,
  bestEpoch: 0,
  waited: 0,
  plateau: { best: null, bad: 0, reductions: 0 },
};

type PlateauOptions = Pick<TrainingConfig, 'schedule' | 'plateauPatience' | 'plateauReductions'>;

/** Better by less than this share is not better for `plateau`, as in torch's ReduceLROnPlateau. */
const plateauThreshold = 1e-4;

export function monitoredValue(
  { loss, accuracy }: Pick<ResultEvent, 'loss' | 'accuracy'>,
  monitor: Monitor,
): number {
  return monitor === 'loss' ? loss : 1 - accuracy;
}

/** Takes in the monitored value after an epoch (from 1). */
export function watchValidation(
  state: ValidationState,
  value: number,
  epoch: number,
  options: PlateauOptions,
): ValidationState {
  const better = state.best === null || value < state.best;
  return {
    best: better ? value : state.best,
    bestEpoch: better ? epoch : state.bestEpoch,
    waited: better ? 0 : state.waited + 1,
    plateau: watchPlateau(state.plateau, value, options),
  };
}

/** torch's ReduceLROnPlateau in mode min. */
function watchPlateau(
  { best, bad, reductions }: PlateauState,
  value: number,
  { schedule, plateauPatience, plateauReductions = Infinity }: PlateauOptions,
): PlateauState {
  if (best === null || value < best * (1 - plateauThreshold)) return { best: value, bad: 0, reductions };
  const reduce = schedule === 'plateau' && bad + 1 > plateauPatience && reductions < plateauReductions;
  return { best, bad: reduce ? 0 : bad + 1, reductions: reductions + (reduce ? 1 : 0) };
}

/** Whether the training has waited long enough for a better validation. */
export function isOver({ patience }: Pick<TrainingConfig, 'patience'>, { waited }: ValidationState): boolean {
  return patience !== undefined && waited >= patience;
}
