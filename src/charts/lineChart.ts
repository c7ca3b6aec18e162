import type { Markish } from '@observablehq/plot';
import { faintLine, framedChart, textWidth, tickText, type Axis, type ChartText } from './chart.ts';
import { seriesColor, seriesDashes } from './palette.ts';
import { drawPlot, type Plot } from './plot.ts';

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
  /** Thin and pale, behind the others: what a line that matters was made from. Default false. */
  readonly faint?: boolean;
  /** Title of the panel that it is drawn in, where the chart has panels. */
  readonly panel?: string;
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
  /** Draws the lines in panels of the same axes, in the order of their titles, so many beside each other. */
  readonly panelColumns?: number;
  readonly width?: number;
  readonly height?: number;
}

/** Of the plot, in pixels. */
const margins = { left: 64, right: 24 } as const;

/** Lines, with bands where points have a spread: an SVG document. Values that are not finite leave a gap. */
export async function lineChart({
  lines,
  references = [],
  x,
  y,
  panelColumns,
  width = 720,
  height = 340,
  ...text
}: LineChart): Promise<string> {
  const drawn = lines.map(({ series, ...line }, i) => ({ ...line, series: series ?? i }));
  const panels = panelColumns === undefined ? [] : panelsOf(lines);
  const drawing = await drawPlot({ width, height }, (plot) => ({
    marginLeft: margins.left,
    marginRight: margins.right,
    marginBottom: 42,
    x: { ...axisOptions(x), grid: false },
    y: { ...axisOptions(y), grid: true },
    ...(panels.length > 0 && {
      marginTop: 50,
      fx: { axis: null, padding: 0.08 },
      fy: { axis: null, padding: 0.3 },
    }),
    marks: [
      plot.text(panels, {
        ...panelChannels(panels, panelColumns, (title) => title),
        text: (title: string) => title,
        frameAnchor: 'top-left',
        dy: -20,
        fontWeight: 600,
      }),
      ...referenceRules(plot, references),
      ...drawn.flatMap((line) =>
        lineMarks(
          plot,
          line,
          panelChannels(panels, panelColumns, () => line.panel),
        ),
      ),
      ...referenceLabels(plot, references, (at) => pixelsToTheRight(at, { x, lines, references, width })),
    ],
  }));
  const legend = drawn
    .filter(({ series }, i) => drawn.findIndex((other) => other.series === series) === i)
    .map(({ name, series, faint }) => ({
      name,
      series,
      symbol: faint ? ('faint' as const) : ('line' as const),
    }));
  // In panels, a title says what a single series is.
  const isNamed = panels.length > 0 ? legend.length > 1 : lines.length > 1;
  return framedChart(text, drawing, isNamed ? legend : []);
}

/** Titles of the panels that lines are drawn in, in their order. */
export function panelsOf(lines: readonly ChartLine[]): string[] {
  return [...new Set(lines.map(({ panel }) => panel ?? ''))];
}

type PanelChannel = (datum: string) => number;

/** Where a mark is drawn: the panel of this title, of those that are so many beside each other. */
function panelChannels(
  panels: readonly string[],
  columns: number | undefined,
  titleOf: (datum: string) => string | undefined,
): { fx?: PanelChannel; fy?: PanelChannel } {
  if (columns === undefined) return {};
  const place = (datum: string): number => panels.indexOf(titleOf(datum) ?? '');
  return {
    fx: (datum) => place(datum) % columns,
    fy: (datum) => Math.floor(place(datum) / columns),
  };
}

function referenceRules(plot: Plot, references: readonly ReferenceLine[]): Markish[] {
  return references.map(({ at, axis }) =>
    (axis === 'x' ? plot.ruleX : plot.ruleY)([at], { stroke: 'currentColor', strokeDasharray: '2 4' }),
  );
}

const haloed = { fill: 'currentColor', stroke: 'var(--chart-paper)', strokeWidth: 4 } as const;

/** About how far it is from a place on the x axis to the right end of the drawing. */
function pixelsToTheRight(
  at: number,
  { x, lines, references, width }: Required<Pick<LineChart, 'x' | 'lines' | 'references' | 'width'>>,
): number {
  const scale = (value: number): number => (x.type === 'log' ? Math.log(value) : value);
  const marked = references.filter(({ axis }) => axis === 'x').map((reference) => reference.at);
  const values = x.domain ?? [...marked, ...lines.flatMap(({ points }) => points.map((point) => point.x))];
  const [least, most] = [Math.min(...values), Math.max(...values)].map(scale) as [number, number];
  const share = (most - scale(at)) / (most - least || 1);
  return share * (width - margins.left - margins.right) + margins.right;
}

const labelLineHeight = 16;

/**
 * Over the lines, with paper around the letters. Labels of upright lines stand one above the other at the bottom, on the
 * left of a line where there is no room on its right.
 */
function referenceLabels(
  plot: Plot,
  references: readonly ReferenceLine[],
  roomOf: (at: number) => number,
): Markish[] {
  let upright = 0;
  return references.map(({ at, axis, label }) => {
    if (axis === 'y')
      return plot.text([label], { ...haloed, y: at, frameAnchor: 'right', textAnchor: 'end', dy: -7 });
    const side =
      12 * textWidth(label) + 8 < roomOf(at)
        ? ({ textAnchor: 'start', dx: 4 } as const)
        : ({ textAnchor: 'end', dx: -4 } as const);
    const dy = -8 - labelLineHeight * upright++;
    return plot.text([label], { ...haloed, ...side, x: at, frameAnchor: 'bottom', dy });
  });
}

/** The band of a line's spread, the line, and its spots. */
function lineMarks(
  plot: Plot,
  { points, series, spots = false, faint = false }: ChartLine & { readonly series: number },
  panel: object,
): Markish[] {
  const hasSpread = points.some(({ low }) => low !== undefined);
  const place = { ...panel, x: 'x' };
  const color = seriesColor(series);
  return [
    ...(hasSpread
      ? [
          plot.areaY([...points], {
            ...place,
            y1: 'low',
            y2: 'high',
            fill: color,
            fillOpacity: 0.18,
            clip: true,
          }),
        ]
      : []),
    plot.lineY([...points], {
      ...place,
      y: 'y',
      stroke: color,
      strokeWidth: faint ? faintLine.width : 2.2,
      strokeOpacity: faint ? faintLine.opacity : 1,
      strokeDasharray: faint ? 'none' : seriesDashes(series),
      clip: true,
    }),
    ...(spots ? [plot.dot([...points], { ...place, y: 'y', r: 3.2, fill: color })] : []),
  ];
}

export function axisOptions({ label, type = 'linear', domain, format }: Axis): {
  label: string;
  type: 'linear' | 'log';
  domain?: [number, number];
  nice: boolean;
  tickFormat?: (value: number) => string;
} {
  // Plot would write 1m for 0.001 on logarithmic axes.
  const tickFormat = format ?? (type === 'log' ? tickText : undefined);
  return {
    label,
    type,
    nice: domain === undefined,
    ...(domain && { domain: [...domain] }),
    ...(tickFormat && { tickFormat }),
  };
}
