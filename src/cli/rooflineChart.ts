/**
 * The roofline of a training step: what each layer's pass reaches, over its arithmetic intensity, under the roof that
 * memory's bandwidth and the peak of the multiply-adds make. Williams, Waterman and Patterson, Roofline: An Insightful
 * Visual Performance Model, 2009. One panel for each pass; both axes logarithmic.
 */
import type { Run } from './benchLayers.ts';
import { placeLabels, type Box, type Place } from './chart/labels.ts';
import { element, textElement } from './chart/svg.ts';
import { logScale, logTicks, type Scale } from './chart/logScale.ts';
import type { MeasuredLayer } from './roofline.ts';

interface Point {
  readonly layer: string;
  /** FLOP/byte. */
  readonly intensity: number;
  readonly gigaflops: number;
  readonly kind: 'conv' | 'linear';
}

/** Okabe and Ito's colours, which are told apart with any kind of colour vision; shapes say the same. */
const colors = { conv: '#0072b2', linear: '#d55e00', roof: '#333333', grid: '#e2e2e2', text: '#222222' };

const panels = [
  { title: 'forward', passes: { conv: 'forward', linear: 'forward' } },
  { title: 'gradient of the input', passes: { conv: 'inputGradient', linear: 'inputGradient' } },
  {
    title: 'gradient of the weights; linear: with update',
    passes: { conv: 'weightGradient', linear: 'update' },
  },
] as const;

type Panel = (typeof panels)[number];

const size = { width: 1080, height: 536 };
const area = { left: 64, top: 108, width: 316, height: 340, gap: 20 };
const fontSize = 12;
const radius = 4.5;

/** The chart as an SVG document. */
export function rooflineChart(run: Run, layers: readonly MeasuredLayer[]): string {
  const points = panels.map((panel) => pointsOf(panel, layers));
  const all = points.flat();
  const top = Math.max(run.peakGigaflops, ...all.map(({ gigaflops }) => gigaflops));
  const [least, most] = extent(all.map(({ intensity }) => intensity));
  // Room for names on the right, where most points are.
  const x = logScale([least, most * 5], [0, area.width]);
  const y = logScale([extent(all.map(({ gigaflops }) => gigaflops))[0], top * 1.6], [area.height, 0]);
  const title = `Roofline of ${run.network}, training, batch ${run.batch}`;
  const about =
    `${run.engine}, ${run.threads} threads: peak ${run.peakGigaflops.toFixed(0)} GFLOPS, ` +
    `memory ${run.memoryGigabytesPerSecond.toFixed(0)} GB/s (both measured)`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img" aria-labelledby="title desc" font-family="system-ui, 'DejaVu Sans', Helvetica, Arial, sans-serif" font-size="${fontSize}" fill="${colors.text}">`,
    textElement('title', { id: 'title' }, title),
    textElement('desc', { id: 'desc' }, description(about, points)),
    element('rect', { width: size.width, height: size.height, fill: '#ffffff' }),
    textElement('text', { x: area.left, y: 28, 'font-size': 18, 'font-weight': 600 }, title),
    textElement('text', { x: area.left, y: 48 }, about),
    ...legend(),
    ...panels.flatMap((panel, index) => drawPanel(run, panel, points[index]!, index, x, y)),
    textElement(
      'text',
      {
        x: area.left + (3 * area.width + 2 * area.gap) / 2,
        y: area.top + area.height + 40,
        'text-anchor': 'middle',
      },
      'arithmetic intensity (FLOP of the direct algorithm for each byte moved at least)',
    ),
    textElement(
      'text',
      { transform: `translate(18 ${area.top + area.height / 2}) rotate(-90)`, 'text-anchor': 'middle' },
      'GFLOPS by the direct algorithm’s work',
    ),
    textElement(
      'text',
      { x: area.left, y: size.height - 14, fill: '#555555' },
      'Points above the roof: Winograd’s algorithm multiplies less than the direct one, whose work is counted.',
    ),
    '</svg>',
    '',
  ].join('\n');
}

function pointsOf({ passes }: Panel, layers: readonly MeasuredLayer[]): Point[] {
  return layers
    .flatMap(({ layer, kind, passes: measured }) => {
      if (kind !== 'conv' && kind !== 'linear') return [];
      const found = measured.find(({ pass }) => pass === passes[kind]);
      if (!found?.gigaflops) return [];
      return { layer, kind, intensity: found.flops / found.bytes, gigaflops: found.gigaflops };
    })
    .toSorted((a, b) => b.gigaflops - a.gigaflops);
}

/** Of positive numbers, with some room at both ends. */
function extent(values: readonly number[]): [number, number] {
  return [Math.min(...values) / 1.6, Math.max(...values) * 1.6];
}

function description(about: string, points: readonly (readonly Point[])[]): string {
  const parts = points.map((own, index) => {
    const each = own.map(
      ({ layer, intensity, gigaflops }) =>
        `${layer} ${gigaflops.toFixed(0)} GFLOPS at ${intensity.toPrecision(3)} FLOP/byte`,
    );
    return `${panels[index]!.title}: ${each.join(', ')}`;
  });
  return `${about}. ${parts.join('. ')}.`;
}

function legend(): string[] {
  const y = 70;
  const entries = [
    { x: area.left + radius, kind: 'conv', text: 'convolution' },
    { x: area.left + 110, kind: 'linear', text: 'linear layer' },
  ] as const;
  const roof = area.left + 215;
  return [
    ...entries.flatMap(({ x, kind, text }) => [
      marker(kind, x, y - 4),
      textElement('text', { x: x + 10, y }, text),
    ]),
    element('path', { d: `M${roof} ${y - 4}h24`, stroke: colors.roof, 'stroke-width': 2 }),
    textElement('text', { x: roof + 30, y }, 'roof: memory’s bandwidth, then the peak'),
  ];
}

function marker(kind: Point['kind'], x: number, y: number): string {
  const fill = { fill: colors[kind], stroke: '#ffffff', 'stroke-width': 1 };
  if (kind === 'conv') return element('circle', { cx: round(x), cy: round(y), r: radius, ...fill });
  const side = radius * 1.8;
  return element('rect', {
    x: round(x - side / 2),
    y: round(y - side / 2),
    width: side,
    height: side,
    ...fill,
  });
}

function drawPanel(
  run: Run,
  { title }: Panel,
  points: readonly Point[],
  index: number,
  x: Scale,
  y: Scale,
): string[] {
  const left = area.left + index * (area.width + area.gap);
  const places = points.map((point) => ({ x: x.at(point.intensity), y: y.at(point.gigaflops) }));
  const labels = placeLabels(
    points.map(({ layer }, at) => ({ ...places[at]!, width: layer.length * 6.6, height: fontSize })),
    {
      bounds: { x: 0, y: 0, width: area.width, height: area.height },
      obstacles: roofBoxes(run, x, y),
      radius,
    },
  );
  return [
    `<g transform="translate(${left} ${area.top})">`,
    textElement('text', { x: area.width / 2, y: -8, 'text-anchor': 'middle', 'font-weight': 600 }, title),
    ...grid(x, y, index === 0),
    element('path', {
      d: `M${roofCorners(run, x, y)
        .map((corner) => `${round(corner.x)} ${round(corner.y)}`)
        .join('L')}`,
      fill: 'none',
      stroke: colors.roof,
      'stroke-width': 2,
    }),
    ...points.map(({ kind }, at) => marker(kind, places[at]!.x, places[at]!.y)),
    ...points.flatMap(({ layer }, at) => drawLabel(layer, labels[at]!, places[at]!)),
    '</g>',
  ];
}

function grid(x: Scale, y: Scale, first: boolean): string[] {
  const { width, height } = area;
  const line = { stroke: colors.grid, 'stroke-width': 1 };
  return [
    ...logTicks(x, [1, 3]).flatMap((tick) => [
      element('path', { d: `M${round(x.at(tick))} 0v${height}`, ...line }),
      textElement('text', { x: round(x.at(tick)), y: height + 17, 'text-anchor': 'middle' }, String(tick)),
    ]),
    ...logTicks(y, [1, 2, 5]).flatMap((tick) => [
      element('path', { d: `M0 ${round(y.at(tick))}h${width}`, ...line }),
      ...(first
        ? [textElement('text', { x: -8, y: round(y.at(tick) + 4), 'text-anchor': 'end' }, String(tick))]
        : []),
    ]),
    element('rect', { width, height, fill: 'none', stroke: '#999999' }),
  ];
}

/** Rises with memory's bandwidth to the peak, and stays there. */
function roofCorners({ peakGigaflops, memoryGigabytesPerSecond }: Run, x: Scale, y: Scale): Place[] {
  const [from, to] = x.domain;
  // Where the sloping roof comes in: at the panel's left edge, or at its bottom.
  const enters = Math.max(from, y.domain[0] / memoryGigabytesPerSecond);
  const ridge = Math.min(to, Math.max(enters, peakGigaflops / memoryGigabytesPerSecond));
  return [enters, ridge, to].map((intensity) => ({
    x: x.at(intensity),
    y: y.at(Math.min(peakGigaflops, intensity * memoryGigabytesPerSecond)),
  }));
}

/** The roof in small pieces, as obstacles for labels. */
function roofBoxes(run: Run, x: Scale, y: Scale): Box[] {
  const corners = roofCorners(run, x, y);
  return corners.slice(1).flatMap((to, index) => {
    const from = corners[index]!;
    return Array.from({ length: 40 }, (_, piece) => ({
      x: from.x + ((to.x - from.x) * piece) / 40,
      y: from.y + ((to.y - from.y) * piece) / 40 - 2,
      width: Math.abs(to.x - from.x) / 40,
      height: 4,
    }));
  });
}

function drawLabel(text: string, box: Box, point: Place): string[] {
  const end = {
    x: Math.min(Math.max(point.x, box.x), box.x + box.width),
    y: box.y + box.height / 2,
  };
  const away = Math.abs(end.y - point.y) > box.height / 2;
  return [
    ...(away
      ? [
          element('path', {
            d: `M${round(point.x)} ${round(point.y)}L${round(end.x)} ${round(end.y)}`,
            stroke: '#888888',
            'stroke-width': 0.8,
          }),
        ]
      : []),
    textElement(
      'text',
      {
        x: round(box.x),
        y: round(box.y + box.height - 2),
        textLength: round(box.width),
        lengthAdjust: 'spacingAndGlyphs',
      },
      text,
    ),
  ];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
