import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHTML } from 'linkedom';
import { barChart } from '../../src/charts/barChart.ts';
import { heatMap } from '../../src/charts/heatMap.ts';
import { lineChart } from '../../src/charts/lineChart.ts';
import { scatterChart } from '../../src/charts/scatterChart.ts';

function parsed(svg: string): Element {
  return parseHTML(`<html><body>${svg}</body></html>`).document.querySelector('svg.chart')!;
}

function texts(element: Element): string[] {
  return [...element.querySelectorAll('text')].map((text) => text.textContent ?? '');
}

const text = { title: 'Loss <falls> & "rises"', description: 'From 2 to 1.' };

test('a line chart has its title, a text alternative, axes with units, and a legend', async () => {
  const svg = await lineChart({
    ...text,
    x: { label: 'step' },
    y: { label: 'loss, nats' },
    lines: [
      { name: 'first', points: [0, 1, 2].map((x) => ({ x, y: 2 - x / 2 })) },
      { name: 'second', points: [0, 1, 2].map((x) => ({ x, y: 1, low: 0.5, high: 1.5 })) },
    ],
    references: [{ axis: 'y', at: 1.2, label: 'guessing' }],
  });
  const chart = parsed(svg);
  assert.equal(chart.getAttribute('role'), 'img');
  assert.equal(chart.querySelector('title')!.textContent, text.title);
  assert.equal(chart.getAttribute('aria-label'), `${text.title}. ${text.description}`);
  const shown = texts(chart);
  for (const one of [text.title, 'first', 'second', 'guessing', 'step →', '↑ loss, nats']) {
    assert.ok(shown.includes(one), `${one} in ${shown.join(' | ')}`);
  }
});

test('labels of upright lines stay inside of the chart, and clear of each other', async () => {
  const points = [0.001, 0.01, 0.1].map((x) => ({ x, y: 1 }));
  const svg = await lineChart({
    ...text,
    x: { label: 'learning rate', type: 'log' },
    y: { label: 'loss, nats' },
    lines: [{ name: 'loss', points }],
    references: [
      { axis: 'x', at: 0.002, label: 'suggested' },
      { axis: 'x', at: 0.1, label: 'diverges' },
    ],
  });
  const [suggested, diverges] = ['suggested', 'diverges'].map((label) => {
    const mark = [...parsed(svg).querySelectorAll('text')].find(({ textContent }) => textContent === label)!;
    const group = mark.closest('[text-anchor]');
    return { anchor: group?.getAttribute('text-anchor') ?? 'start', html: mark.parentElement!.outerHTML };
  });
  assert.deepEqual([suggested!.anchor, diverges!.anchor], ['start', 'end']);
  const heightOf = (html: string): number => Number(/translate\([-\d.]+,([-\d.]+)\)/.exec(html)![1]);
  assert.ok(Math.abs(heightOf(suggested!.html) - heightOf(diverges!.html)) >= 12);
});

test('points are drawn where their values are', async () => {
  const svg = await lineChart({
    ...text,
    x: { label: 'x', domain: [0, 10] },
    y: { label: 'y', domain: [0, 1] },
    lines: [
      {
        name: 'l',
        points: [
          { x: 0, y: 0 },
          { x: 5, y: 1 },
          { x: 10, y: 0.5 },
        ],
      },
    ],
  });
  const path = [...parsed(svg).querySelectorAll('path')].find((one) =>
    one.getAttribute('d')!.match(/^M.*L.*L/),
  )!;
  const [[x0, y0], [x1, y1], [x2, y2]] = path
    .getAttribute('d')!
    .slice(1)
    .split('L')
    .map((point) => point.split(',').map(Number)) as [[number, number], [number, number], [number, number]];
  assert.ok(Math.abs(x1 - (x0 + x2) / 2) < 0.01);
  assert.ok(y1 < y2 && y2 < y0);
  assert.ok(Math.abs(y2 - (y0 + y1) / 2) < 0.01);
});

test('bars are as long as their values, and tell them', async () => {
  const svg = await barChart({
    ...text,
    value: { label: 'steps' },
    bars: [
      { label: 'short', value: 10 },
      { label: 'long', value: 40, values: [35, 45], low: 35, high: 45 },
    ],
  });
  const chart = parsed(svg);
  const widths = [...chart.querySelectorAll('[aria-label="bar"] rect')].map((bar) =>
    Number(bar.getAttribute('width')),
  );
  assert.equal(widths.length, 2);
  assert.ok(Math.abs(widths[1]! / widths[0]! - 4) < 0.01, widths.join());
  assert.ok(texts(chart).includes('40'));
  assert.equal(chart.querySelectorAll('[aria-label="dot"] circle').length, 2);
});

test('a heat map writes its values, the same value in the same colour', async () => {
  const svg = await heatMap({
    ...text,
    rows: ['a', 'b'],
    columns: ['x', 'y'],
    rowLabel: 'row',
    columnLabel: 'column',
    values: [
      [1, 0.001],
      [0.001, null],
    ],
    type: 'log',
    format: (value) => value.toExponential(0),
  });
  const chart = parsed(svg);
  assert.equal(texts(chart).filter((one) => one === '1e-3').length, 2);
  const fills = [...chart.querySelectorAll('[aria-label="cell"] rect')].map((cell) =>
    cell.getAttribute('fill'),
  );
  assert.equal(fills.length, 3);
  assert.equal(fills[1], fills[2]);
  assert.notEqual(fills[0], fills[1]);
});

/** The number of the panel, from its place, of every element. */
function placesOf(elements: Iterable<Element>): string[] {
  return [...elements].map((element) => element.closest('g[transform]')!.getAttribute('transform')!);
}

test('lines in panels have a title each, and one place on the axes', async () => {
  const points = [0, 1].map((x) => ({ x, y: x }));
  const svg = await lineChart({
    ...text,
    note: 'measured < twice',
    x: { label: 'epoch' },
    y: { label: 'rate' },
    lines: ['first', 'second', 'third'].map((panel) => ({ name: panel, panel, points, series: 0 })),
    panelColumns: 2,
  });
  const chart = parsed(svg);
  const shown = texts(chart);
  for (const one of ['first', 'second', 'third', 'measured < twice']) {
    assert.equal(shown.filter((other) => other === one).length, 1, one);
  }
  const lines = [...chart.querySelectorAll('[aria-label="line"] path')];
  assert.equal(new Set(placesOf(lines)).size, 3);
  const heights = lines.map((line) => Number(/^M[\d.]+,([\d.]+)L/.exec(line.getAttribute('d')!)![1]));
  assert.equal(new Set(heights).size, 1);
});

test('points have their names beside them, in panels on the same axes, with a guide through each', async () => {
  const svg = await scatterChart({
    ...text,
    x: { label: 'FLOP/byte', type: 'log', domain: [1, 1000] },
    y: { label: 'GFLOPS', type: 'log', domain: [10, 1000] },
    series: ['convolution', 'linear layer'],
    guide: { name: 'roof', points: [1, 10, 1000].map((x) => ({ x, y: Math.min(100, 10 * x) })) },
    panels: ['forward', 'backward'].map((title) => ({
      title,
      points: [
        { x: 10, y: 50, label: `${title} a`, series: 0 },
        { x: 10, y: 51, label: `${title} b`, series: 1 },
      ],
    })),
  });
  const chart = parsed(svg);
  const names = [...chart.querySelectorAll('text')].filter((one) =>
    /^(forward|backward) [ab]$/.test(one.textContent),
  );
  assert.equal(names.length, 4);
  // The points are in the same place, and their names are not: the same height is another side.
  const places = names.map((name) =>
    name
      .getAttribute('transform')!
      .match(/[\d.]+/g)!
      .map(Number),
  );
  const [[x0, y0], [x1, y1]] = places as [[number, number], [number, number]];
  assert.ok(Math.abs(y0 - y1) >= 12 || Math.abs(x0 - x1) >= 50, JSON.stringify(places));
  for (const one of ['forward', 'backward', 'convolution', 'linear layer', 'roof']) {
    assert.ok(texts(chart).includes(one), one);
  }
  const dots = [...chart.querySelectorAll('[aria-label="dot"] path')];
  assert.equal(new Set(dots.map((dot) => dot.getAttribute('d'))).size, 2, 'two shapes');
  assert.equal(chart.querySelectorAll('[aria-label="line"] path').length, 2);
});
