/** The training loss of a run, as far as its events tell it. */
import type { RunRecord } from '../training/runRecord.ts';

export interface LossCurve {
  /** Of the first steps that were told; of the first batch where that was watched. */
  readonly first: number;
  /** Mean over the last tenth of the steps that were told. */
  readonly last: number;
  /** Of means over a tenth of the steps, the least. */
  readonly least: number;
  /** Steps of the training that were told of. */
  readonly steps: number;
}

/** Undefined where no loss was told. Means over many steps are what can be compared: single batches differ much. */
export function lossCurve({ steps, epochs, watches, start }: RunRecord): LossCurve | undefined {
  const stepsPerEpoch = start?.stepsPerEpoch ?? 0;
  const byStep = steps.map(({ epoch, step, loss }) => ({ at: (epoch - 1) * stepsPerEpoch + step, loss }));
  const byEpoch = epochs.map(({ epoch, loss }) => ({ at: epoch * stepsPerEpoch, loss }));
  const points = byStep.length >= byEpoch.length ? byStep : byEpoch;
  if (points.length === 0) return undefined;
  const losses = points.map(({ loss }) => loss);
  const width = Math.max(1, Math.round(losses.length / 10));
  const means = runningMeans(losses, width);
  const [watched] = watches;
  return {
    first: watched?.globalStep === 1 ? watched.loss : losses[0]!,
    last: means.at(-1)!,
    least: means.reduce((least, value) => Math.min(least, value)),
    steps: points.at(-1)!.at,
  };
}

/** Of every `width` values in a row. */
function runningMeans(values: readonly number[], width: number): number[] {
  let sum = 0;
  const sums = [0, ...values.map((value) => (sum += value))];
  return sums.slice(width).map((to, i) => (to - sums[i]!) / width);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The middle value; of an even number the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
