import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  countsToLevel,
  isBetter,
  lab,
  ratioOf,
  runningErrors,
  verdictOf,
  type Ratio,
} from '../../labs/relu-vs-tanh.ts';
import { runTinyLab } from './tinyLab.ts';

test('the level is reached when the mean of a window is, not a single batch', () => {
  const errors = [0.9, 0.1, 0.6, 0.3, 0.3, 0.2, 0.2];
  assert.deepEqual(
    runningErrors(errors, 3).map((error) => Math.round(1000 * error)),
    [533, 333, 400, 267, 233],
  );
  assert.equal(countsToLevel(errors, 3, 0.25), 7);
  assert.equal(countsToLevel(errors, 1, 0.25), 2);
  assert.equal(countsToLevel(errors, 3, 0.2), null);
  assert.equal(countsToLevel([0.1, 0.1], 3, 0.25), null);
});

test('of two trainings the faster is better; of two that never came there, the closer', () => {
  assert.ok(isBetter({ steps: 100, least: 0.25 }, { steps: 200, least: 0.2 }));
  assert.ok(isBetter({ steps: 100, least: 0.25 }, { steps: null, least: 0.3 }));
  assert.ok(!isBetter({ steps: null, least: 0.3 }, { steps: 100, least: 0.25 }));
  assert.ok(isBetter({ steps: null, least: 0.3 }, { steps: null, least: 0.4 }));
  assert.ok(!isBetter({ steps: null, least: null }, { steps: null, least: 0.9 }));
});

test('a training that was ended at its limit gives a bound, and two of them nothing', () => {
  assert.deepEqual(ratioOf(600, 100, 1000), { value: 6, bound: 'exact' });
  assert.deepEqual(ratioOf(null, 100, 1000), { value: 10, bound: 'atLeast' });
  assert.deepEqual(ratioOf(500, null, 1000), { value: 0.5, bound: 'atMost' });
  assert.equal(ratioOf(null, null, 1000), null);
});

test('the verdict follows from the ratios of all seeds', () => {
  const exact = (value: number): Ratio => ({ value, bound: 'exact' });
  assert.equal(verdictOf([exact(5), exact(7)]), 'agrees');
  assert.equal(verdictOf([exact(5), { value: 12, bound: 'atLeast' }]), 'agrees');
  assert.equal(verdictOf([exact(1.5), exact(2)]), 'partly');
  assert.equal(verdictOf([exact(12), exact(15)]), 'partly');
  assert.equal(verdictOf([exact(0.8), exact(0.9)]), 'disagrees');
  assert.equal(verdictOf([exact(0.8), { value: 0.4, bound: 'atMost' }]), 'disagrees');
  assert.equal(verdictOf([exact(0.9), exact(1.2)]), 'disagrees');
  assert.equal(verdictOf([exact(0.9), exact(7)]), 'unclear');
  assert.equal(verdictOf([exact(0.9), { value: 3, bound: 'atLeast' }]), 'unclear');
  assert.equal(verdictOf([exact(6)]), 'unclear');
  assert.equal(verdictOf([exact(6), null]), 'unclear');
});

interface Run {
  readonly activation: string;
  readonly rate: number;
  readonly errors: readonly number[];
  readonly steps: number | null;
  readonly least: number | null;
}

test('a tiny run: what was taken and what was found follows from the recorded errors', async (context) => {
  const rates = { ReLU: [0.01, 0.02], tanh: [0.01], sigmoid: [0.1] };
  const settings = { images: 20, batchSize: 2, steps: 110, rates, seeds: 2 };
  const { values, conclusion } = await runTinyLab(context, lab, settings, { threads: 1 });
  const [sweeps, runs] = [values['sweeps'], values['runs']] as [Run[], Run[]];
  assert.equal(sweeps.length, 4);
  assert.equal(runs.length, 6);
  const { level, stepsPerCount, countsInWindow: window } = values['measure'] as Record<string, number>;
  for (const { errors, steps, least } of [...sweeps, ...runs]) {
    const counts = countsToLevel(errors, window!, level!);
    assert.equal(steps, counts === null ? null : counts * stepsPerCount!);
    assert.equal(least, Math.min(...runningErrors(errors, window!)));
    // A training ends where it comes to the level, or at its limit.
    assert.equal(errors.length, counts ?? 11);
    assert.ok(errors.every((error) => error >= 0 && error <= 1));
  }
  const best = sweeps.slice(0, 2).reduce((one, other) => (isBetter(other, one) ? other : one));
  const relu = runs.filter(({ activation }) => activation === 'ReLU');
  assert.ok(relu.every(({ rate }) => rate === best.rate));
  const tanh = runs.filter(({ activation }) => activation === 'tanh');
  const ratios = tanh.map(({ steps }, i) => ratioOf(steps, relu[i]!.steps, settings.steps));
  assert.deepEqual((values['ratios'] as { tanh: unknown }).tanh, ratios);
  assert.equal(conclusion.verdict, verdictOf(ratios));
});
