/** The generalisation gap: how much better a network is on the images that it was trained on than on others. */
import type { ChartLine } from '../charts/lineChart.ts';
import type { DatasetSplits } from '../data/datasets.ts';
import type { EpochHook } from '../training/session.ts';
import type { Verdict } from './lab.ts';
import { shareText, signOf, spreadOf, type Difference } from './spread.ts';

/** Accuracies after an epoch, 0 to 1; both of images as they are, with dropout off. */
export interface GapPoint {
  readonly epoch: number;
  readonly train: number;
  readonly test: number;
}

export type GapCurve = readonly GapPoint[];

export interface GapWatch {
  readonly onEpoch: EpochHook;
  /** What was measured so far. */
  readonly curve: GapCurve;
}

/** Measures the gap every so many epochs, and after the last of them. */
export function watchGap(
  data: DatasetSplits,
  { every, epochs }: { every: number; epochs: number },
): GapWatch {
  const curve: GapPoint[] = [];
  return {
    curve,
    onEpoch: async ({ epoch, evaluate }) => {
      if (epoch % every !== 0 && epoch !== epochs) return;
      const { accuracy: train } = await evaluate(data.train);
      const { accuracy: test } = await evaluate(data.test);
      curve.push({ epoch, train, test });
    },
  };
}

/** The last measurement of each. */
export function gapEnds(curves: readonly GapCurve[], which: 'train' | 'test'): number[] {
  return curves.map((curve) => curve.at(-1)![which]);
}

/** Training accuracy minus test accuracy, at the end. */
export function gapOf(curve: GapCurve): number {
  const { train, test } = curve.at(-1)!;
  return train - test;
}

/**
 * The gap at the first measurement at which training accuracy is at least `level`: two trainings are compared there at the
 * same success, not after the same time. Undefined when it never is.
 */
export function gapAt(curve: GapCurve, level: number): number | undefined {
  const there = curve.find(({ train }) => train >= level);
  return there && there.train - there.test;
}

/**
 * Whether something reduces overfitting, from what it adds to the gap and to test accuracy: the gap must shrink beyond
 * chance; where test accuracy has paid for that, it does in part.
 */
export function gapVerdict(gap: Difference, test: Difference): Verdict {
  const sign = signOf(gap);
  if (sign === 0) return 'unclear';
  if (sign > 0) return 'disagrees';
  return signOf(test) < 0 ? 'partly' : 'agrees';
}

/** Two lines, of training and of test images: means over trials, the least and the most as bands. */
export function gapLines(
  curves: readonly GapCurve[],
  names: { readonly train: string; readonly test: string },
): ChartLine[] {
  return (['train', 'test'] as const).map((which) => ({
    name: names[which],
    spots: true,
    points: curves[0]!.map(({ epoch }, i) => {
      const { mean, least, most } = spreadOf(curves.map((curve) => curve[i]![which]));
      return { x: epoch, y: mean, low: least, high: most };
    }),
  }));
}

/** Cells of a table: training accuracy, test accuracy, gap. */
export function gapCells(curves: readonly GapCurve[]): string[] {
  return [gapEnds(curves, 'train'), gapEnds(curves, 'test'), curves.map(gapOf)].map((values) =>
    shareText(spreadOf(values)),
  );
}
