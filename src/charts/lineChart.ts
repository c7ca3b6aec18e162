import { framedChart, type Axis, type ChartText } from './chart.ts';
import { seriesColor, seriesDashes } from './palette.ts';
import { drawPlot } from './plot.ts';

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  /** Ends of the spread around it. */
  readonly low?: number;
  readonly high?: number;
}

export interface ChartLine {
  readonly name: string;
  readonly points: readonly ChartPoint[];
  /** Lines of one number have one colour. Default: the line's own. */
  readonly series?: number;
  /** Spots on its points, where they are few. Default false. */
  readonly spots?: boolean;
}

/** A straight line across, such as the level of guessing. */
export interface ReferenceLine {
  readonly at: number;
  readonly axis: 'x' | 'y';
  readonly label: string;
}

export interface LineChart extends ChartText {
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly ChartLine[];
  readonly references?: readonly ReferenceLine[];
  readonly width?: number;
  readonly height?: number;
}

/** Lines, with bands where points have a spread: an SVG document. Values that are not finite leave a gap. */
export async function lineChart({
  lines,
  references = [],
  x,
  y,
  width = 720,
  height = 340,
  ...text
}: LineChart): Promise<string> {
  const drawn = lines.map(({ series, ...line }, i) => ({ ...line, series: series ?? i }));
  const drawing = await drawPlot({ width, height }, (plot) => ({
    marginLeft: 64,
    marginRight: 24,
    marginBottom: 42,
    x: { ...axisOptions(x), grid: false },
    y: { ...axisOptions(y), grid: true },
    marks: [
      ...references.map(({ at, axis }) =>
        (axis === 'x' ? plot.ruleX : plot.ruleY)([at], { stroke: 'currentColor', strokeDasharray: '2 4' }),
      ),
      ...references.map(({ at, axis, label }) =>
        axis === 'x'
          ? plot.text([label], { x: at, frameAnchor: 'top', textAnchor: 'start', dx: 4 })
          : plot.text([label], { y: at, frameAnchor: 'right', textAnchor: 'end', dy: -7 }),
      ),
      ...drawn.flatMap(({ points, series }) =>
        points.some(({ low }) => low !== undefined)
          ? [
              plot.areaY([...points], {
                x: 'x',
                y1: 'low',
                y2: 'high',
                fill: seriesColor(series),
                fillOpacity: 0.18,
                clip: true,
              }),
            ]
          : [],
      ),
      ...drawn.flatMap(({ points, series, spots = false }) => [
        plot.lineY([...points], {
          x: 'x',
          y: 'y',
          stroke: seriesColor(series),
          strokeWidth: 2.2,
          strokeDasharray: seriesDashes(series),
          clip: true,
        }),
        ...(spots ? [plot.dot([...points], { x: 'x', y: 'y', r: 3.2, fill: seriesColor(series) })] : []),
      ]),
    ],
  }));
  const legend = drawn
    .filter(({ series }, i) => drawn.findIndex((other) => other.series === series) === i)
    .map(({ name, series }) => ({ name, series }));
  return framedChart(text, drawing, lines.length > 1 ? legend : []);
}

export function axisOptions({ label, type = 'linear', domain }: Axis): {
  label: string;
  type: 'linear' | 'log';
  domain?: [number, number];
  nice: boolean;
  tickFormat?: (value: number) => string;
} {
  return {
    label,
    type,
    nice: domain === undefined,
    ...(domain && { domain: [...domain] }),
    ...(type === 'log' && { tickFormat: logTick }),
  };
}

/** Powers of ten as they are written in a text: Plot's own are prefixes of units, such as 10µ. */
function logTick(value: number): string {
  return value >= 0.001 && value < 100_000 ? String(Number(value.toPrecision(3))) : value.toExponential(0);
}
