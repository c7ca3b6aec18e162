import type { RenderFunction } from '@observablehq/plot';
import { framedChart, textWidth, type Axis, type ChartText } from './chart.ts';
import { placeLabels, type Box, type Place } from './labels.ts';
import { axisOptions } from './lineChart.ts';
import { seriesColor } from './palette.ts';
import { drawPlot, type Plot } from './plot.ts';

export interface ScatterPoint extends Place {
  /** Stands beside the point, where it covers nothing. */
  readonly label?: string;
  /** Number of its series, from 0. Default 0. */
  readonly series?: number;
}

export interface ScatterPanel {
  readonly title: string;
  readonly points: readonly ScatterPoint[];
}

/** A line through every panel, such as a limit. */
export interface ScatterGuide {
  readonly name: string;
  readonly points: readonly Place[];
}

export interface ScatterChart extends ChartText {
  readonly x: Axis;
  readonly y: Axis;
  /** Names of the series, whose points differ in colour and in shape. */
  readonly series: readonly string[];
  /** Beside each other, on the same axes. */
  readonly panels: readonly ScatterPanel[];
  readonly guide?: ScatterGuide;
  readonly width?: number;
  readonly height?: number;
}

const symbols = ['circle', 'square', 'triangle', 'diamond'] as const;
const radius = 4.5;
const fontSize = 12;
const ink = 'currentColor';

interface PanelPoint extends ScatterPoint {
  readonly panel: string;
}

/** Points with their names, in panels: an SVG document. */
export async function scatterChart({
  panels,
  series,
  guide,
  x,
  y,
  width = 720,
  height = 400,
  ...text
}: ScatterChart): Promise<string> {
  const points: PanelPoint[] = panels.flatMap(({ title, points: own }) =>
    own.map((point) => ({ ...point, panel: title })),
  );
  const labelled = points.filter(({ label }) => label !== undefined);
  const drawing = await drawPlot({ width, height }, (plot) => ({
    marginLeft: 64,
    marginRight: 12,
    marginTop: 48,
    marginBottom: 42,
    x: { ...axisOptions(x), grid: true },
    y: { ...axisOptions(y), grid: true },
    fx: { label: null, domain: panels.map(({ title }) => title), padding: 0.06 },
    symbol: { domain: [...series.keys()], range: [...symbols] },
    marks: [
      plot.frame({ strokeOpacity: 0.4 }),
      ...(guide === undefined
        ? []
        : [plot.line([...guide.points], { x: 'x', y: 'y', stroke: ink, strokeWidth: 2, clip: true })]),
      plot.dot(points, {
        fx: 'panel',
        x: 'x',
        y: 'y',
        r: radius,
        symbol: (point: PanelPoint) => point.series ?? 0,
        fill: (point: PanelPoint) => seriesColor(point.series ?? 0),
        stroke: 'var(--chart-paper)',
      }),
      labels(plot, labelled, guide),
    ],
  }));
  return framedChart(text, drawing, [
    ...series.map((name, i) => ({
      name,
      series: i,
      symbol: i % 2 === 0 ? ('spot' as const) : ('square' as const),
    })),
    ...(guide === undefined ? [] : [{ name: guide.name, series: 0, symbol: 'guide' as const }]),
  ]);
}

/** Names beside their points: Plot says where these are, and the names are moved to where they cover nothing. */
function labels(
  plot: Plot,
  points: readonly PanelPoint[],
  guide: ScatterGuide | undefined,
): ReturnType<Plot['text']> {
  const render: RenderFunction = (index, scales, values, dimensions, context, next) => {
    const [xs, ys] = [values.x, values.y] as [ArrayLike<number>, ArrayLike<number>];
    const { width, height, marginLeft, marginRight, marginTop, marginBottom } = dimensions;
    const places = index.map((i) => ({ x: xs[i]!, y: ys[i]! }));
    const corners = (guide?.points ?? []).map((one) => ({
      x: scales.x!(one.x) as number,
      y: scales.y!(one.y) as number,
    }));
    const boxes = placeLabels(
      index.map((i, at) => ({
        ...places[at]!,
        width: textWidth(points[i]!.label!) * fontSize,
        height: fontSize,
      })),
      {
        bounds: {
          x: marginLeft,
          y: marginTop,
          width: width - marginLeft - marginRight,
          height: height - marginTop - marginBottom,
        },
        obstacles: pieces(corners),
        radius,
      },
    );
    const [movedX, movedY] = [Array.from(xs), Array.from(ys)];
    index.forEach((i, at) => {
      movedX[i] = boxes[at]!.x;
      movedY[i] = boxes[at]!.y + boxes[at]!.height / 2;
    });
    const moved = Object.assign(Object.create(values) as typeof values, { x: movedX, y: movedY });
    const drawn = next!(index, scales, moved, dimensions, context)!;
    index.forEach((_, at) => {
      const path = leader(places[at]!, boxes[at]!);
      if (path === undefined) return;
      const line = context.document.createElementNS('http://www.w3.org/2000/svg', 'path');
      for (const [name, value] of Object.entries({
        d: path,
        fill: 'none',
        stroke: ink,
        'stroke-opacity': '0.5',
      })) {
        line.setAttribute(name, value);
      }
      drawn.append(line);
    });
    return drawn;
  };
  return plot.text([...points], { fx: 'panel', x: 'x', y: 'y', text: 'label', textAnchor: 'start', render });
}

/** A broken line in small pieces, as obstacles. */
function pieces(corners: readonly Place[]): Box[] {
  const count = 40;
  return corners.slice(1).flatMap((to, i) => {
    const from = corners[i]!;
    return Array.from({ length: count }, (_, piece) => ({
      x: from.x + ((to.x - from.x) * piece) / count,
      y: from.y + ((to.y - from.y) * piece) / count - 2,
      width: Math.abs(to.x - from.x) / count,
      height: 4,
    }));
  });
}

/** From a point to a name that is not on its height. */
function leader(point: Place, box: Box): string | undefined {
  const end = {
    x: Math.min(Math.max(point.x, box.x), box.x + box.width),
    y: box.y + box.height / 2,
  };
  if (Math.abs(end.y - point.y) <= box.height / 2) return undefined;
  return `M${point.x.toFixed(1)} ${point.y.toFixed(1)}L${end.x.toFixed(1)} ${end.y.toFixed(1)}`;
}
