/** The curve of a search for a learning rate, in the terminal and as a picture. */
import type { RatePoint, RateSearch } from '../training/findLearningRate.ts';
import { dotPlot } from './chart/dotPlot.ts';
import { logScale, logTicks } from './chart/logScale.ts';
import { element, textElement } from './chart/svg.ts';

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

const plotRows = 12;
const labelColumns = 8;

/** Lines of text: the smoothed loss over the logarithm of the rate. */
export function rateText({ points, suggested }: RateSearch, columns: number): string {
  const width = Math.max(20, Math.min(80, columns - labelColumns - 2));
  const [least, most] = lossRange(points);
  const x = logScale([points[0]!.learningRate, points.at(-1)!.learningRate], [0, 1]);
  const lines = dotPlot({
    columns: width,
    rows: plotRows,
    points: points.map(({ learningRate, smoothed }) => ({
      x: x.at(learningRate),
      y: (smoothed - least) / (most - least),
    })),
  });
  const label = (row: number): string => {
    const value = most - ((row + 0.5) / plotRows) * (most - least);
    return row % 3 === 0 ? value.toFixed(3).padStart(labelColumns - 1) : ' '.repeat(labelColumns - 1);
  };
  const axis = Array.from({ length: width }, () => '─');
  const names = Array.from({ length: width + 6 }, () => ' ');
  const place = (rate: number): number => Math.min(width - 1, Math.round(x.at(rate) * (width - 1)));
  for (const tick of logTicks(x, [1])) {
    axis[place(tick)] = '┴';
    [...tick.toExponential(0).replace('+', '')].forEach(
      (character, i) => (names[place(tick) + i] = character),
    );
  }
  if (suggested !== undefined && suggested >= points[0]!.learningRate) axis[place(suggested)] = '▲';
  const left = ' '.repeat(labelColumns - 1);
  return [
    ...lines.map((line, row) => `${label(row)} │${line}`),
    `${left} └${axis.join('')}`,
    `${left}  ${names.join('').trimEnd()}`,
  ].join('\n');
}

/** Okabe and Ito's colours, which are told apart with any kind of colour vision. */
const colors = { curve: '#0072b2', batch: '#9ecae1', mark: '#d55e00', grid: '#e2e2e2', text: '#222222' };
const size = { width: 720, height: 432 };
const area = { left: 64, top: 84, width: 624, height: 272 };

/** The same as an SVG document, with the loss of every batch behind the smoothed one. */
export function rateSvg(search: RateSearch): string {
  const { points, network, dataset, suggested } = search;
  const [least, most] = lossRange(points);
  const x = logScale(
    [points[0]!.learningRate, points.at(-1)!.learningRate],
    [area.left, area.left + area.width],
  );
  const y = (loss: number): number =>
    area.top + area.height * (1 - (Math.min(most, Math.max(least, loss)) - least) / (most - least));
  const path = (value: (point: RatePoint) => number): string =>
    points
      .map(
        (point, i) =>
          `${i === 0 ? 'M' : 'L'}${x.at(point.learningRate).toFixed(1)} ${y(value(point)).toFixed(1)}`,
      )
      .join(' ');
  const title = `Loss while the learning rate grows: ${network} on ${dataset}`;
  const about = advice(search);
  const line = (attributes: Record<string, string | number>): string => element('line', attributes);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" aria-labelledby="title desc" font-family="system-ui, 'DejaVu Sans', Helvetica, Arial, sans-serif" font-size="12" fill="${colors.text}">`,
    textElement('title', { id: 'title' }, title),
    textElement('desc', { id: 'desc' }, about),
    element('rect', { width: size.width, height: size.height, fill: '#ffffff' }),
    textElement('text', { x: area.left, y: 28, 'font-size': 18, 'font-weight': 600 }, title),
    ...about.split('; ').map((part, i) => textElement('text', { x: area.left, y: 48 + 16 * i }, part)),
    ...lossTicks(least, most).flatMap((loss) => [
      line({ x1: area.left, x2: area.left + area.width, y1: y(loss), y2: y(loss), stroke: colors.grid }),
      textElement('text', { x: area.left - 8, y: y(loss) + 4, 'text-anchor': 'end' }, String(loss)),
    ]),
    ...logTicks(x, [1, 3]).flatMap((rate) => [
      line({ x1: x.at(rate), x2: x.at(rate), y1: area.top, y2: area.top + area.height, stroke: colors.grid }),
      textElement(
        'text',
        { x: x.at(rate), y: area.top + area.height + 18, 'text-anchor': 'middle' },
        rateName(rate),
      ),
    ]),
    element('path', { d: path(({ loss }) => loss), fill: 'none', stroke: colors.batch, 'stroke-width': 1 }),
    element('path', {
      d: path(({ smoothed }) => smoothed),
      fill: 'none',
      stroke: colors.curve,
      'stroke-width': 2.5,
    }),
    ...(suggested === undefined || suggested < points[0]!.learningRate
      ? []
      : [
          line({
            x1: x.at(suggested),
            x2: x.at(suggested),
            y1: area.top,
            y2: area.top + area.height,
            stroke: colors.mark,
            'stroke-width': 2,
            'stroke-dasharray': '6 4',
          }),
          textElement(
            'text',
            { x: x.at(suggested) + 6, y: area.top + 14, fill: colors.mark },
            `suggested: ${rateName(suggested)}`,
          ),
        ]),
    textElement(
      'text',
      { x: area.left + area.width / 2, y: area.top + area.height + 40, 'text-anchor': 'middle' },
      'learning rate',
    ),
    textElement(
      'text',
      { transform: `translate(16 ${area.top + area.height / 2}) rotate(-90)`, 'text-anchor': 'middle' },
      'loss: of each batch, and smoothed',
    ),
    '</svg>',
    '',
  ].join('\n');
}

function rateName(rate: number): string {
  return rate >= 0.001 ? String(Number(rate.toPrecision(2))) : Number(rate.toPrecision(2)).toExponential();
}

/** Round values, some four of them. */
function lossTicks(least: number, most: number): number[] {
  const power = 10 ** Math.floor(Math.log10((most - least) / 4));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((one) => (most - least) / one <= 6)!;
  const count = Math.floor(most / step) - Math.ceil(least / step) + 1;
  return Array.from({ length: count }, (_, i) =>
    Number(((Math.ceil(least / step) + i) * step).toPrecision(6)),
  );
}

/** What the curve says, in a sentence. */
export function advice({ points, least, steepest, suggested }: RateSearch): string {
  if (suggested === undefined) {
    return `The loss did not fall between ${rateName(points[0]!.learningRate)} and ${rateName(points.at(-1)!.learningRate)}: try another range, or other first weights.`;
  }
  return `Suggested learning rate: ${rateName(suggested)}, a tenth of that where the loss is about least (${rateName(least!)}); the loss falls fastest at ${rateName(steepest!)}.`;
}
