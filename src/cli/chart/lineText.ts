import { tickText } from '../../charts/chart.ts';
import { panelsOf, type LineChart, type ReferenceLine } from '../../charts/lineChart.ts';
import { inSeriesColor, type ColorDepth } from '../color.ts';
import { displayWidth, padded, wrap } from '../text.ts';
import { createDotCanvas, type Cell, type DotCanvas } from './dotCanvas.ts';
import { scaleOf, type Scale } from './scale.ts';

export interface TextStyle {
  readonly columns: number;
  readonly colorDepth: ColorDepth;
}

const plotRows = 12;
/** Rows between two ticks, and columns, at least. */
const tickRows = 1.5;
const tickColumns = 12;

interface Layout {
  readonly width: number;
  readonly x: Scale;
  readonly y: Scale;
  /** Of the labels at the left. */
  readonly labels: ReadonlyMap<number, string>;
}

/** Letters for names, of lines on which they stand. */
export const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Lines as braille dots between axes, each with its letter on it; spreads as sparse dots; panels below each other. */
export function lineText(chart: LineChart, style: TextStyle): string {
  const { panelColumns, ...others } = chart;
  if (panelColumns === undefined) return onePanel(chart, style);
  return panelsOf(chart.lines)
    .map((title) => {
      const lines = chart.lines.filter(({ panel = '' }) => panel === title);
      return `${title}\n${onePanel({ ...others, lines }, style)}`;
    })
    .join('\n\n');
}

function onePanel(chart: LineChart, { columns, colorDepth }: TextStyle): string {
  const lines = chart.lines.map((line, i) => ({ ...line, series: line.series ?? i }));
  const layout = layOut(chart, columns);
  const canvas = createDotCanvas(layout.width, plotRows);
  for (const { points, series } of lines) {
    const bands = points.map(({ x, low = NaN, high = NaN }) => ({
      x: layout.x.at(x),
      low: layout.y.at(low),
      high: layout.y.at(high),
    }));
    bands.forEach((band, i) => canvas.shade(bands[Math.max(0, i - 1)]!, band, series));
  }
  const paths = new Map<number, Cell[]>();
  for (const { points, series } of lines) {
    const path = paths.get(series) ?? [];
    points.forEach(({ x, y }, i) => {
      const before = points[Math.max(0, i - 1)]!;
      const [from, to] = [before, { x, y }].map((one) => ({ x: layout.x.at(one.x), y: layout.y.at(one.y) }));
      const isolated = !Number.isFinite(from!.y) || !Number.isFinite(from!.x);
      path.push(...canvas.line(isolated ? to! : from!, to!, series));
    });
    paths.set(series, path);
  }
  const named = lines.filter(({ series }, i) => lines.findIndex((other) => other.series === series) === i);
  const marks = named.length > 1 ? placeLetters(paths, layout.width) : new Map<string, Mark>();
  const legend = [
    ...(named.length > 1
      ? named.map(({ name, series }, i) =>
          inSeriesColor(`${letters[i % letters.length]!} ${name}`, colorDepth, series),
        )
      : []),
    ...(chart.references ?? []).map(referenceEntry),
  ];
  return [
    ...(legend.length > 0 ? [wrapEntries(legend, columns)] : []),
    `↑ ${chart.y.label}`,
    ...plotLines(chart, layout, canvas, marks, colorDepth),
    ...axisLines(layout),
    padded(`${chart.x.label} →`, labelWidth(layout) + 2 + layout.width, 'right'),
  ].join('\n');
}

/** Its name, and where it is unless the name says so. */
function referenceEntry({ axis, at, label }: ReferenceLine): string {
  const value = tickText(Number(at.toPrecision(4)));
  return `${axis === 'y' ? '┄' : '┊'} ${label}${label.includes(value) ? '' : ` (${value})`}`;
}

function layOut(chart: LineChart, columns: number): Layout {
  const points = chart.lines.flatMap((line) => line.points);
  const references = (axis: 'x' | 'y'): number[] =>
    (chart.references ?? []).filter((one) => one.axis === axis).map(({ at }) => at);
  const x = scaleOf(chart.x, [...points.map((point) => point.x), ...references('x')], 'exact');
  const y = scaleOf(chart.y, [
    ...points.flatMap(({ y: value, low = value, high = value }) => [value, low, high]),
    ...references('y'),
  ]);
  const labels = new Map(
    y.ticks(Math.ceil(plotRows / tickRows)).map((tick) => [rowOf(y, tick), tickText(tick)]),
  );
  const width = Math.max(20, columns - Math.max(...[...labels.values()].map(displayWidth)) - 3);
  return { width, x, y, labels };
}

function labelWidth({ labels }: Layout): number {
  return Math.max(...[...labels.values()].map(displayWidth));
}

function rowOf(y: Scale, value: number): number {
  return Math.floor(Math.round((1 - y.at(value)) * (plotRows * 4 - 1)) / 4);
}

function columnOf({ x, width }: Layout, value: number): number {
  return Math.floor(Math.round(x.at(value) * (width * 2 - 1)) / 2);
}

interface Mark {
  readonly letter: string;
  readonly series: number;
}

/** How often a letter stands on its line. */
const lettersEach = 3;

/** Places for letters on the lines, those of different lines in different columns. */
function placeLetters(paths: ReadonlyMap<number, readonly Cell[]>, width: number): Map<string, Mark> {
  const marks = new Map<string, Mark>();
  [...paths].forEach(([series, path], i) => {
    const letter = letters[i % letters.length]!;
    for (let n = 0; n < lettersEach; n++) {
      const wanted = ((n + (i + 0.5) / paths.size) / lettersEach) * width;
      const free = path
        .filter(({ column, row }) => !marks.has(`${column},${row}`))
        .toSorted((a, b) => Math.abs(a.column - wanted) - Math.abs(b.column - wanted))[0];
      // A line that ends before has no letter there.
      if (free === undefined || Math.abs(free.column - wanted) > width / lettersEach / 2) continue;
      marks.set(`${free.column},${free.row}`, { letter, series });
    }
  });
  return marks;
}

function plotLines(
  chart: LineChart,
  layout: Layout,
  canvas: DotCanvas,
  marks: ReadonlyMap<string, Mark>,
  depth: ColorDepth,
): string[] {
  const { width, y, labels } = layout;
  const references = chart.references ?? [];
  const across = new Set(references.filter(({ axis }) => axis === 'y').map(({ at }) => rowOf(y, at)));
  const upright = new Set(
    references.filter(({ axis }) => axis === 'x').map(({ at }) => columnOf(layout, at)),
  );
  return Array.from({ length: plotRows }, (_, row) => {
    const cells = Array.from({ length: width }, (__, column): Drawn => {
      const mark = marks.get(`${column},${row}`);
      if (mark !== undefined) return { character: mark.letter, series: mark.series };
      const dots = canvas.at({ column, row });
      if (dots !== undefined) return dots;
      if (across.has(row)) return { character: '┄' };
      return { character: upright.has(column) ? '┊' : ' ' };
    });
    const label = labels.get(row);
    return `${padded(label ?? '', labelWidth(layout), 'right')} ${label === undefined ? '│' : '┤'}${inRuns(cells, depth)}`;
  });
}

interface Drawn {
  readonly character: string;
  readonly series?: number;
}

/** Neighbours of one colour in one piece, without what is blank at the end. */
function inRuns(cells: readonly Drawn[], depth: ColorDepth): string {
  const end = cells.findLastIndex(({ character }) => character !== ' ') + 1;
  let text = '';
  for (let at = 0; at < end;) {
    const { series } = cells[at]!;
    const length = cells.slice(at, end).findIndex((cell) => cell.series !== series);
    const run = cells.slice(at, length < 0 ? end : at + length);
    const characters = run.map(({ character }) => character).join('');
    text += series === undefined ? characters : inSeriesColor(characters, depth, series);
    at += run.length;
  }
  return text;
}

function axisLines(layout: Layout): string[] {
  const { width, x } = layout;
  const axis = Array.from({ length: width }, () => '─');
  const names = Array.from({ length: width }, () => ' ');
  let end = -1;
  for (const tick of x.ticks(Math.max(2, Math.floor(width / tickColumns)))) {
    const [text, column] = [tickText(tick), columnOf(layout, tick)];
    axis[column] = '┴';
    const begin = Math.min(width - text.length, Math.max(0, column - Math.floor(text.length / 2)));
    if (begin <= end) continue;
    [...text].forEach((character, i) => (names[begin + i] = character));
    end = begin + text.length;
  }
  const left = ' '.repeat(labelWidth(layout) + 1);
  return [`${left}└${axis.join('')}`, `${left} ${names.join('').trimEnd()}`];
}

/** Entries beside each other, on as many lines as they need. */
export function wrapEntries(entries: readonly string[], columns: number): string {
  const lines: string[] = [];
  for (const entry of entries) {
    const joined = `${lines.at(-1) ?? ''}   ${entry}`;
    if (lines.length > 0 && displayWidth(joined) <= columns) lines[lines.length - 1] = joined;
    else lines.push(displayWidth(entry) <= columns ? entry : wrap(entry, columns));
  }
  return lines.join('\n');
}
