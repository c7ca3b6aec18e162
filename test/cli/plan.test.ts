import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlannedLayer, PlanSummary } from '../../src/cli/planTable.ts';
import { inferShapes } from '../../src/network/shapes.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';
import { planProgram } from '../../src/engine/cpu/plan/planProgram.ts';
import { jsonLines, runAlexnet } from './runAlexnet.ts';

test('plan tells a step, an epoch, the memory and every layer, and what was measured', async () => {
  const options = ['--batch-size', '4', '--threads', '2', '--engine', 'wasm', '--images', '1001'];
  const updates = ['--optimizer', 'adamw', '--ema', '0.9'];
  const { code, stdout } = await runAlexnet([
    'plan',
    'alexnet-32',
    ...options,
    ...updates,
    '--measure',
    '--json',
  ]);
  assert.equal(code, 0);
  const lines = jsonLines(stdout);
  const summary = lines.at(-1) as unknown as PlanSummary;
  const layers = lines.slice(0, -1) as unknown as PlannedLayer[];
  const network = buildNetwork('alexnet-32', { classes: 10 });
  const names = inferShapes(network).map(({ spec }) => spec.name);
  assert.deepEqual(
    layers.map(({ layer }) => layer).filter((layer) => layer !== 'loss'),
    // A ReLU that is done where its input is computed or pooled is no layer of its own.
    names.filter((name) => layers.some(({ layer }) => layer === name)),
  );
  for (const layer of ['features.0', 'features.3', 'classifier.1', 'loss'])
    assert.ok(layers.find((each) => each.layer === layer)!.all > 0, layer);
  const sum = layers.reduce((all, { all: own }) => all + own, 0);
  assert.ok(Math.abs(sum / summary.stepMilliseconds - 1) < 1e-9);
  assert.ok(Math.abs(layers.reduce((all, { share }) => all + share, 0) - 1) < 1e-9);
  // 1001 images are 251 steps of 4.
  assert.equal(summary.epochSeconds, (251 * summary.stepMilliseconds) / 1000);
  assert.equal(summary.imagesPerSecond, 4000 / summary.stepMilliseconds);
  const target = summary.engine.replace('cpu ', '') as 'wasm-256' | 'wasm-128';
  const plannedFor = { threads: 2, target, convolutions: 'auto' } as const;
  const { memory } = planProgram(
    network,
    { batchSize: 4, training: true, optimizer: 'adamw', averages: true },
    plannedFor,
  );
  assert.equal(summary.memoryBytes, memory.bytes);
  const { measured } = summary;
  assert.ok(
    measured && measured.n >= 12 && measured.min <= measured.median && measured.median <= measured.max,
  );
  assert.ok(layers.every((layer) => layer.measured! >= 0));
});

test('plan refuses what it cannot predict, before it measures', async () => {
  const refused = async (...args: string[]) => runAlexnet(['plan', ...args]);
  const reference = await refused('alexnet', '--engine', 'reference');
  assert.equal(reference.code, 2);
  assert.match(reference.stderr, /^ALEX_OPTION_VALUE: --engine is reference/);
  const unknown = await refused('alexnett');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /alexnet/);
  const large = await refused('alexnet', '--batch-size', '4096');
  assert.equal(large.code, 1);
  assert.match(large.stderr, /^ALEX_ENGINE_MEMORY: .*\nUse a batch size of at most \d+\.$/m);
});
