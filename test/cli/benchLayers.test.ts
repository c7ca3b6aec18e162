import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Run } from '../../src/cli/benchLayers.ts';
import type { MeasuredLayer, Total } from '../../src/cli/roofline.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { jsonLines, runAlexnet } from './runAlexnet.ts';

test('bench layers tells machine, layers and totals, and draws the chart', async (t) => {
  const svg = join(temporaryFolder(t), 'roofline.svg');
  const options = ['--network', 'alexnet-32', '--batch-size', '3', '--threads', '2', '--rounds', '1'];
  const { code, stdout } = await runAlexnet(['bench', 'layers', ...options, '--svg', svg, '--json']);
  assert.equal(code, 0);
  const [run, ...lines] = jsonLines(stdout) as unknown as [Run, ...(MeasuredLayer | Total)[]];
  assert.deepEqual([run.type, run.network, run.batch, run.threads], ['machine', 'alexnet-32', 3, 2]);
  const layers = lines.filter((line) => line.type === 'layer');
  const second = layers.find(({ layer }) => layer === 'features.3')!;
  assert.equal(second.kind, 'conv');
  const forward = second.passes.find(({ pass }) => pass === 'forward')!;
  assert.equal(forward.flops, 2 * 3 * 48 * 15 * 15 * 16 * 25);
  assert.equal(forward.gigaflops, forward.flops / forward.milliseconds / 1e6);
  assert.equal(forward.peakShare, forward.gigaflops! / run.peakGigaflops);
  const totals = lines.filter((line) => line.type === 'total');
  assert.deepEqual(
    totals.map(({ of }) => of),
    ['convolutions, forward', 'convolutions, backward', 'linear layers', 'all else', 'a step'],
  );
  const parts = totals.slice(0, 4).reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  assert.ok(Math.abs(parts / totals[4]!.milliseconds - 1) < 1e-9);
  const chart = readFileSync(svg, 'utf8');
  assert.match(chart, /<title>Roofline of alexnet-32, training, batch 3<\/title>/);
  const names = [...chart.matchAll(/<text[^>]*>((?:features|classifier)\.\d+)</g)].map(([, name]) => name);
  // Eight layers with weights, three passes, and no gradient of the network's input.
  assert.equal(names.length, 23);
  assert.equal(names.filter((name) => name === 'features.0').length, 2);
});

test('bench layers refuses an engine that has no operations', async () => {
  const { code, stderr } = await runAlexnet(['bench', 'layers', '--engine', 'reference']);
  assert.equal(code, 2);
  assert.match(stderr, /^ALEX_OPTION_VALUE: --engine is reference/);
});
