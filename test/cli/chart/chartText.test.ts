import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { chartText } from '../../../src/cli/chart/chartText.ts';
import { displayWidth } from '../../../src/cli/text.ts';
import type { LabChart } from '../../../src/lab/labItems.ts';

const plain = { columns: 60, colorDepth: 1 } as const;
const text = { title: '見出し', description: '' };

const lines: LabChart = {
  type: 'line',
  chart: {
    ...text,
    x: { label: 'エポック' },
    y: { label: '損失' },
    lines: [
      { name: '下がる', points: [0, 10, 20].map((x) => ({ x, y: 20 - x })) },
      { name: 'NaN', points: [0, 10, 20].map((x) => ({ x, y: x === 10 ? NaN : 10 })) },
      {
        name: 'far',
        points: [
          { x: 0, y: -1e12 },
          { x: 20, y: 1e12 },
        ],
      },
    ],
    references: [{ axis: 'y', at: 5, label: 'guessing' }],
  },
};

test('lines have letters, axes with their values, and fit', () => {
  const domain = { ...lines, chart: { ...lines.chart, y: { label: '損失', domain: [0, 20] } } } as LabChart;
  const drawn = chartText(domain, plain).split('\n');
  assert.ok(
    drawn.every((line) => displayWidth(line) <= 60),
    drawn.join('\n'),
  );
  assert.deepEqual(drawn.slice(0, 3), ['見出し', 'A 下がる   B NaN   C far   ┄ guessing (5)', '↑ 損失']);
  const rows = drawn.slice(3, 15);
  const labels = rows
    .map((row) => Number(/^ *(\d+) ┤/.exec(row)?.[1] ?? NaN))
    .filter((value) => !isNaN(value));
  assert.deepEqual([labels[0], labels.at(-1)], [20, 0]);
  assert.ok(
    labels.every((value, i) => i === 0 || value < labels[i - 1]!),
    labels.join(),
  );
  // The falling line begins in the upper left corner, and ends in the lower right one.
  assert.match(rows[0]!, /^20 ┤[⠁-⣿]/);
  assert.match(rows[11]!, /[⠁-⣿A]$/);
  for (const letter of ['A', 'C'])
    assert.ok(
      rows.some((row) => row.includes(letter)),
      letter,
    );
  assert.ok(rows.some((row) => row.includes('┄┄┄')));
  assert.match(drawn[16]!, /^ +0 .* 20$/);
  assert.match(drawn[17]!, / エポック →$/);
});

test('colours change nothing but colours, a piece for each run of them', () => {
  const colored = chartText(lines, { ...plain, colorDepth: 24 });
  assert.equal(stripVTControlCharacters(colored), chartText(lines, plain));
  const [, first = ''] = colored.split('\x1b[38;2;0;114;178m').slice(1);
  assert.match(first, /^[⠁-⣿A]{2}/);
});

test('a spread is dots around its line, and one value is a chart too', () => {
  const band = (low: number, high: number): string =>
    chartText(
      {
        type: 'line',
        chart: {
          ...text,
          x: { label: 'x' },
          y: { label: 'y', domain: [0, 1] },
          lines: [{ name: 'l', points: Array.from({ length: 200 }, (_, x) => ({ x, y: 0.5, low, high })) }],
        },
      },
      plain,
    );
  const dots = (drawn: string): number => [...drawn.matchAll(/[⠁-⣿]/g)].length;
  assert.ok(dots(band(0, 1)) > 5 * dots(band(0.5, 0.5)));
  assert.doesNotThrow(() =>
    chartText(
      {
        type: 'line',
        chart: {
          ...text,
          x: { label: 'x' },
          y: { label: 'y' },
          lines: [{ name: 'l', points: [{ x: 3, y: 7 }] }],
        },
      },
      plain,
    ),
  );
});

test('bars are as long as their values in eighths, with brackets over their spread', () => {
  const drawn = chartText(
    {
      type: 'bar',
      chart: {
        ...text,
        value: { label: 'steps', domain: [0, 40] },
        bars: [
          { label: '短い', value: 10 },
          { label: 'long', value: 20, values: [10, 30] },
        ],
      },
    },
    { columns: 60, colorDepth: 1 },
  ).split('\n');
  assert.equal(drawn[1], '     steps →');
  // 4 for the names and 10 for the numbers, a line and two spaces: 43 columns are 40 steps, and ten are 10 3/4.
  assert.equal(drawn[2], `短い │${'█'.repeat(10)}▊${' '.repeat(32)} 10`);
  assert.equal(drawn[3], `long │${'█'.repeat(10)}├${'─'.repeat(21)}┤${' '.repeat(10)} 20 (10–30)`);
});

test('bars of values below 0 go to the other side', () => {
  const bars = [-1, 1].map((value) => ({ label: String(value), value }));
  const drawn = chartText(
    { type: 'bar', chart: { ...text, value: { label: 'v' }, bars } },
    { columns: 27, colorDepth: 1 },
  );
  assert.deepEqual(
    drawn.split('\n').slice(2),
    [`-1  ${'█'.repeat(10)}${' '.repeat(10)} -1`, ` 1  ${' '.repeat(10)}${'█'.repeat(10)} 1`].map((line) =>
      line.replace(/^ 1/, '1 '),
    ),
  );
});

const heat: LabChart = {
  type: 'heat',
  chart: {
    ...text,
    rows: ['conv1', '全結合'],
    columns: ['a', 'b', 'c'],
    rowLabel: 'layer',
    columnLabel: 'step',
    values: [
      [1, 10, null],
      [100, 1, 100],
    ],
    type: 'log',
    format: String,
  },
};

test('a heat map has its numbers on shades, and is divided where there is no room', () => {
  assert.deepEqual(chartText(heat, plain).split('\n').slice(1), [
    '↓ layer   → step',
    '            a      b      c',
    'conv1       1  ▒  10',
    '全結合  █ 100      1  █ 100',
  ]);
  const colored = chartText(heat, { columns: 60, colorDepth: 24 });
  assert.match(stripVTControlCharacters(colored), /^全結合 +100 +1 +100 *$/m);
  assert.equal(colored.split('\x1b[38;2;0;0;0;48;2;253;234;69m').length - 1, 2);
  const narrow = chartText(heat, { ...plain, columns: 24 });
  assert.ok(
    narrow.split('\n').every((line) => displayWidth(line) <= 24),
    narrow,
  );
  assert.equal(narrow.match(/全結合/g)!.length, 2);
});

test('letters stand for long names of columns', () => {
  const columns = ['sigmoid · torchvision', 'sigmoid · he', 'sigmoid · 論文'];
  const long = { ...heat, chart: { ...heat.chart, columns } } as LabChart;
  assert.deepEqual(
    chartText(long, { ...plain, columns: 40 })
      .split('\n')
      .slice(2, 5),
    ['A sigmoid · torchvision   B sigmoid · he', 'C sigmoid · 論文', '            A      B      C'],
  );
});
