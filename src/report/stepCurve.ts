import type { ChartPoint } from '../charts/lineChart.ts';
import type { StepEvent } from '../training/events.ts';
import { epochsAt, type RunEvents } from '../training/runEvents.ts';

/** More points than this are drawn as means of neighbours: a screen shows no more. */
const mostPoints = 600;

/** A value of every step event over epochs. */
export function stepCurve(run: RunEvents, value: (event: StepEvent) => number): ChartPoint[] {
  const points = run.steps.map((event) => ({ x: epochsAt(event, run), y: value(event) }));
  const group = Math.ceil(points.length / mostPoints);
  if (group <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / group) }, (_, i) => {
    const own = points.slice(i * group, (i + 1) * group);
    return { x: own.at(-1)!.x, y: own.reduce((sum, { y }) => sum + y, 0) / own.length };
  });
}

/** What steps and epochs both tell; by epochs where these are too short for a step event. */
export function trainingCurve(
  run: RunEvents,
  value: (event: Pick<StepEvent, 'loss' | 'imagesPerSecond'>) => number,
): ChartPoint[] {
  if (run.steps.length > 0) return stepCurve(run, value);
  return run.epochs.map((event) => ({ x: event.epoch, y: value(event) }));
}
