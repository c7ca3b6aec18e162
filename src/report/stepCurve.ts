import type { ChartPoint } from '../charts/lineChart.ts';
import type { StepEvent } from '../training/events.ts';
import { epochsAt, type RunEvents } from '../training/runEvents.ts';

/** More points than this are drawn as means of neighbours: a screen shows no more. */
const mostPoints = 600;

/** Of so many values in a row those that are drawn as one point: [from, to) of each group. */
function groupsOf(values: number): readonly (readonly [from: number, to: number])[] {
  const size = Math.max(1, Math.ceil(values / mostPoints));
  return Array.from({ length: Math.ceil(values / size) }, (_, i) => [
    i * size,
    Math.min(values, (i + 1) * size),
  ]);
}

/** A value of every step event over epochs. */
export function stepCurve(run: RunEvents, value: (event: StepEvent) => number): ChartPoint[] {
  return groupsOf(run.steps.length).map(([from, to]) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += value(run.steps[i]!);
    return { x: epochsAt(run.steps[to - 1]!, run), y: sum / (to - from) };
  });
}

/** The learning rate over epochs, at the ends of stepCurve's groups: a mean would be none that was used. */
export function learningRateCurve(run: RunEvents): ChartPoint[] {
  return groupsOf(run.steps.length).map(([, to]) => {
    const event = run.steps[to - 1]!;
    return { x: epochsAt(event, run), y: event.learningRate };
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
