/** The curve of a search for a learning rate, for the terminal and as a picture. */
import type { LineChart } from '../charts/lineChart.ts';
import type { RatePoint, RateSearch } from '../training/findLearningRate.ts';

/** Losses between which the curve is drawn: what is above is cut off, so that the fall can be seen. */
function lossRange(points: readonly RatePoint[]): readonly [least: number, most: number] {
  const smoothed = points.map((point) => point.smoothed);
  const least = Math.min(...smoothed);
  const most = Math.min(
    Math.max(...smoothed),
    Math.max(smoothed[0]! + 0.3 * (smoothed[0]! - least), 1.2 * least),
  );
  const room = 0.05 * (most - least) || 0.1;
  return [least - room, most + room];
}

/** The smoothed loss over the logarithm of the rate, the loss of every batch behind it. */
export function rateChart(search: RateSearch): LineChart {
  const { points, network, dataset, suggested } = search;
  const range = [points[0]!.learningRate, points.at(-1)!.learningRate] as const;
  const curve = (value: (point: RatePoint) => number): { x: number; y: number }[] =>
    points.map((point) => ({ x: point.learningRate, y: value(point) }));
  const isMarked = suggested !== undefined && suggested >= range[0];
  return {
    title: `Loss while the learning rate grows: ${network} on ${dataset}`,
    description: advice(search),
    x: { label: 'learning rate', type: 'log', domain: range },
    y: { label: 'loss, nats', domain: lossRange(points) },
    lines: [
      { name: 'of each batch', points: curve(({ loss }) => loss), series: 1, faint: true },
      { name: 'smoothed', points: curve(({ smoothed }) => smoothed), series: 0 },
    ],
    references: isMarked ? [{ axis: 'x', at: suggested, label: `suggested: ${rateName(suggested)}` }] : [],
  };
}

function rateName(rate: number): string {
  return rate >= 0.001 ? String(Number(rate.toPrecision(2))) : Number(rate.toPrecision(2)).toExponential();
}

/** What the curve says, in a sentence. */
export function advice({ points, least, steepest, suggested }: RateSearch): string {
  if (suggested === undefined) {
    return `The loss did not fall between ${rateName(points[0]!.learningRate)} and ${rateName(points.at(-1)!.learningRate)}: try another range, or other first weights.`;
  }
  return `Suggested learning rate: ${rateName(suggested)}, a tenth of that where the loss is about least (${rateName(least!)}); the loss falls fastest at ${rateName(steepest!)}.`;
}
