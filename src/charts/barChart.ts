import { framedChart, textWidth, type Axis, type ChartText } from './chart.ts';
import { axisOptions } from './lineChart.ts';
import { seriesColor } from './palette.ts';
import { drawPlot } from './plot.ts';

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Ends of the spread around it. */
  readonly low?: number;
  readonly high?: number;
  /** Single measurements, drawn as spots on the bar. */
  readonly values?: readonly number[];
  /** Bars of one series have one colour; its name stands in the legend. */
  readonly series?: string;
}

export interface BarChart extends ChartText {
  /** Along the bars. */
  readonly value: Axis;
  readonly bars: readonly Bar[];
  /** How values are written at the ends of bars. Default: three digits. */
  readonly format?: (value: number) => string;
  readonly width?: number;
}

/** A number with three digits that count. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Horizontal bars from 0, in the order given: an SVG document. */
export async function barChart({
  bars,
  value,
  format = shortNumber,
  width = 720,
  ...text
}: BarChart): Promise<string> {
  const names = [...new Set(bars.map(({ series }) => series ?? ''))];
  const marginLeft = 16 + 12 * Math.max(...bars.map(({ label }) => textWidth(label)));
  const rows = bars.map((bar, i) => ({
    ...bar,
    key: `${i}`,
    end: Math.max(bar.value, bar.high ?? bar.value, ...(bar.values ?? [])),
  }));
  const color = ({ series }: Bar): string => seriesColor(names.indexOf(series ?? ''));
  const size = { width, height: 52 + 30 * bars.length };
  const spots = rows.flatMap(({ values = [], key }) => values.map((one) => ({ key, value: one })));
  const drawing = await drawPlot(size, (plot) => ({
    marginLeft,
    marginRight: 64,
    marginBottom: 42,
    x: { ...axisOptions(value), grid: true },
    y: {
      label: null,
      tickFormat: (key: string) => bars[Number(key)]!.label,
      domain: rows.map(({ key }) => key),
    },
    marks: [
      plot.barX(rows, { y: 'key', x: 'value', fill: color, fillOpacity: 0.75, insetTop: 2, insetBottom: 2 }),
      plot.ruleY(
        rows.filter(({ low }) => low !== undefined),
        { y: 'key', x1: 'low', x2: 'high', stroke: 'currentColor', strokeWidth: 1.5 },
      ),
      plot.dot(spots, { y: 'key', x: 'value', r: 3, stroke: 'currentColor', fill: 'var(--chart-paper)' }),
      plot.text(rows, {
        y: 'key',
        x: 'end',
        text: (row: Bar) => format(row.value),
        textAnchor: 'start',
        dx: 8,
      }),
      plot.ruleX([0]),
    ],
  }));
  const legend = names.map((name, series) => ({ name, series, symbol: 'spot' as const }));
  return framedChart(text, drawing, names.length > 1 ? legend : []);
}
