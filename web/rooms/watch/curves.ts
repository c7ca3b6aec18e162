/** Curves of several runs over one axis. */
import { learningRateCurve, trainingCurve } from '../../../src/report/stepCurve.ts';
import type { RunEvents } from '../../../src/training/runEvents.ts';
import type { ChartSeries } from '../../parts/Chart.tsx';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Curve {
  readonly name: string;
  /** Number of its colour and dashes. */
  readonly color: number;
  readonly points: readonly Point[];
  /** Spots and no line. */
  readonly spots?: boolean;
}

/** What there is to see of a run. */
export type CurveKind = 'loss' | 'validationLoss' | 'accuracy' | 'learningRate' | 'imagesPerSecond';

/** Over epochs. */
export function curveOf(run: RunEvents, kind: CurveKind): readonly Point[] {
  switch (kind) {
    case 'loss':
      return trainingCurve(run, ({ loss }) => loss);
    case 'imagesPerSecond':
      return trainingCurve(run, ({ imagesPerSecond }) => imagesPerSecond);
    case 'learningRate':
      return learningRateCurve(run);
    case 'validationLoss':
      return run.validations.map(({ epoch, loss }) => ({ x: epoch, y: loss }));
    case 'accuracy':
      return run.validations.map(({ epoch, accuracy }) => ({ x: epoch, y: accuracy }));
  }
}

export interface Aligned {
  readonly xs: readonly number[];
  readonly series: readonly ChartSeries[];
}

/** All curves over the xs of all of them; null where a curve has no point. Of two points at one x the later counts. */
export function aligned(curves: readonly Curve[]): Aligned {
  const xs = [...new Set(curves.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const place = new Map(xs.map((x, index) => [x, index]));
  const series = curves.map(({ name, color, points, spots }): ChartSeries => {
    const values: (number | null)[] = xs.map(() => null);
    for (const { x, y } of points) values[place.get(x)!] = y;
    // A line of one point is not to be seen.
    return { name, color, values, points: spots === true || points.length === 1 };
  });
  return { xs, series };
}
