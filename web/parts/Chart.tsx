import type { JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { seriesDashes } from '../../src/charts/palette.ts';
import { resolvedColor, useIsDark } from '../app/theme.ts';
import { tickLabels } from './tickLabels.ts';

export interface Axis {
  /** What it is, with its unit: `seconds`, `learning rate`. */
  readonly label: string;
  /** Default: what the values need. */
  readonly domain?: readonly [number, number];
  /** Powers of ten. Default false. */
  readonly log?: boolean;
  /** Ticks at whole numbers only. Default false. */
  readonly whole?: boolean;
}

export interface ChartSeries {
  readonly name: string;
  /** One for each of the chart's xs; null where there is none. */
  readonly values: readonly (number | null)[];
  /** Number of its colour and dashes. Default: its place. */
  readonly color?: number;
  /** Points without a line. Default false. */
  readonly points?: boolean;
}

export interface ChartProps {
  /** What is to be seen in it. */
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly xs: readonly number[];
  readonly series: readonly ChartSeries[];
  /** The same in words, with its numbers, for those who do not see it. */
  readonly summary: string;
  /** Pixels. Default 260. */
  readonly height?: number;
}

/** Live curves: new data is drawn without making the chart again. */
export function Chart(props: ChartProps): JSX.Element {
  const { title, xs, series, summary, height = 260 } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const dark = useIsDark();
  const id = useId();
  // What a chart is made of; all else is data.
  const made = JSON.stringify([
    props.x,
    props.y,
    series.map(({ name, color, points }) => [name, color, points]),
    height,
    dark,
  ]);
  useEffect(() => {
    const target = place.current!;
    const drawn = new uPlot(options(props, target), dataOf(xs, series), target);
    plot.current = drawn;
    const follow = new ResizeObserver(() => {
      drawn.setSize({ width: widthOf(target), height });
    });
    follow.observe(target);
    return () => {
      follow.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [made]);
  useEffect(() => plot.current?.setData(dataOf(xs, series)), [xs, series]);
  return (
    <figure class="chart-figure">
      <figcaption id={id}>{title}</figcaption>
      <div ref={place} role="img" aria-labelledby={id} aria-describedby={`${id}-text`} />
      <p class="unseen" id={`${id}-text`}>
        {summary}
      </p>
    </figure>
  );
}

function dataOf(xs: readonly number[], series: readonly ChartSeries[]): uPlot.AlignedData {
  return [[...xs], ...series.map(({ values }) => [...values])];
}

function widthOf(place: HTMLElement): number {
  return Math.max(200, Math.floor(place.clientWidth));
}

const wholeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 1e4, 2e4, 5e4, 1e5];

/** A line with fewer points than this shows them: of one alone, nothing else is to be seen. */
const fewPoints = 20;

function options(props: ChartProps, target: HTMLElement): uPlot.Options {
  const { x, y, series, height = 260 } = props;
  const ink = resolvedColor('--ink', target);
  const grid = { stroke: resolvedColor('--line', target), width: 1 };
  const font = '12px system-ui, sans-serif';
  const axis = ({ label, whole, log }: Axis): uPlot.Axis => ({
    label,
    labelFont: font,
    font,
    stroke: ink,
    grid,
    ticks: grid,
    values: log ? powersOfTen : (_, ticks, __, ___, step) => tickLabels(ticks, step),
    ...(whole && { incrs: wholeSteps }),
  });
  const scale = ({ domain, log }: Axis): uPlot.Scale => ({
    ...(domain !== undefined && { range: [domain[0], domain[1]] }),
    ...(log && { distr: 3 as const }),
    time: false,
  });
  return {
    width: widthOf(target),
    height,
    scales: { x: scale(x), y: scale(y) },
    axes: [axis(x), { ...axis(y), size: (_, labels) => labelRoom(labels) }],
    legend: { show: series.length > 1, live: false },
    cursor: { drag: { x: false, y: false } },
    series: [{ label: x.label }, ...series.map((one, index) => seriesOptions(one, index, target))],
  };
}

/** Pixels beside a vertical axis for its labels. */
function labelRoom(labels: readonly (string | null)[] | null): number {
  const longest = Math.max(0, ...(labels ?? []).map((label) => label?.length ?? 0));
  return Math.max(60, 20 + 7 * longest);
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Labels of a logarithmic axis: 10⁻⁴; nothing between powers. */
function powersOfTen(_: uPlot, splits: readonly (number | null)[]): string[] {
  return splits.map((value) => {
    const power = value === null ? NaN : Math.log10(value);
    if (Math.abs(power - Math.round(power)) > 1e-9 || Number.isNaN(power)) return '';
    const digits = [...String(Math.abs(Math.round(power)))].map((digit) => superscripts[Number(digit)]);
    return `10${power < -0.5 ? '⁻' : ''}${digits.join('')}`;
  });
}

function seriesOptions(one: ChartSeries, index: number, target: HTMLElement): uPlot.Series {
  const number = one.color ?? index;
  const stroke = resolvedColor(`--series-${number % 6}`, target);
  const dashes = seriesDashes(number);
  return {
    label: one.name,
    stroke,
    width: one.points ? 0 : 2,
    ...(dashes !== 'none' && !one.points && { dash: dashes.split(' ').map(Number) }),
    points: one.points
      ? { show: true, size: 9, fill: stroke, stroke }
      : { show: (plot: uPlot) => plot.data[0].length < fewPoints },
    spanGaps: true,
  };
}
