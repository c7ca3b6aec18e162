import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { findLearningRate, suggestion, type RatePoint } from '../../src/training/findLearningRate.ts';
import { rateAt } from '../../src/training/rateRange.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { tinyOptions } from './tinyTraining.ts';

const range = { from: 1e-4, to: 10, steps: 60 };
const engine = createReferenceEngine();

test('the rate grows by the same factor at every step, from end to end', () => {
  const rates = Array.from({ length: range.steps }, (_, step) => rateAt(range, step));
  assert.ok(Math.abs(rates[0]! - range.from) < 1e-15 && Math.abs(rates.at(-1)! - range.to) < 1e-9);
  for (let step = 2; step < rates.length; step++)
    assert.ok(Math.abs(rates[step]! / rates[step - 1]! - rates[1]! / rates[0]!) < 1e-9);
});

/** A curve over rates from 1e-4: flat, a fall that is steepest at 1e-2, a flat bottom, a rise. */
function curve(loss: (power: number) => number): RatePoint[] {
  return Array.from({ length: 101 }, (_, i) => {
    const power = -4 + i / 20;
    return { learningRate: 10 ** power, loss: 0, smoothed: loss(power) };
  });
}

test('a tenth of the rate where the loss is about least is suggested', () => {
  const fall = curve((power) => 3 - 2 / (1 + Math.exp(-8 * (power + 2))) + Math.max(0, power) ** 2);
  const { least, steepest, suggested } = suggestion(fall);
  assert.ok(Math.abs(Math.log10(steepest!) + 2) < 0.11, String(steepest));
  assert.ok(least! > 10 ** -1.6 && least! < 10 ** -0.9, String(least));
  assert.equal(suggested, Number((least! / 10).toPrecision(2)));
});

test('where the loss does not fall, nothing is suggested', () => {
  assert.deepEqual(suggestion(curve((power) => 3 + power / 100)), {});
  assert.deepEqual(suggestion([]), {});
});

test('a search trains until it diverges, says the same every time, and leaves nothing', async (context) => {
  const folder = temporaryFolder(context);
  const home = process.cwd();
  process.chdir(folder);
  context.after(() => process.chdir(home));
  const told: RatePoint[] = [];
  const options = { ...tinyOptions, initialization: 'he' } as const;
  const wide = { ...range, to: 1e6 };
  const search = await findLearningRate(options, wide, { engine, onPoint: (point) => told.push(point) });
  assert.deepEqual(told, search.points);
  const { points } = search;
  // More than an epoch of seven steps, and not to the end: a rate of a million is too much for any network.
  assert.ok(points.length > 10 && points.length < range.steps, String(points.length));
  assert.ok(Math.min(...points.map(({ smoothed }) => smoothed)) < points[0]!.smoothed);
  assert.deepEqual((await findLearningRate(options, wide, { engine })).points, points);
  assert.deepEqual(readdirSync(folder), []);
});

test('it ends when it is told to, and refuses ranges that are none', async () => {
  const controller = new AbortController();
  const stopped = findLearningRate(tinyOptions, range, {
    engine,
    signal: controller.signal,
    onPoint: (_, step) => step === 3 && controller.abort(new Error('stop')),
  });
  await assert.rejects(stopped, { message: 'stop' });
  for (const wrong of [{ from: 0 }, { from: 20 }, { to: Infinity }, { steps: 9 }])
    await assert.rejects(findLearningRate(tinyOptions, { ...range, ...wrong }), {
      code: 'ALEX_OPTION_VALUE',
    });
});
