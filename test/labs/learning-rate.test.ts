import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lab } from '../../labs/learning-rate.ts';
import { runTinyLab } from './tinyLab.ts';

interface Outcome {
  readonly rate: number;
  readonly losses: readonly (number | null)[];
}

interface Trial {
  readonly rate: number;
  readonly losses: readonly number[];
  readonly accuracy: number | null;
}

test('losses at the end, divergence and the best rate follow from the losses of all steps', async (context) => {
  const rates = [1e-4, 1e-2, 1e4];
  const tiny = { rates, images: 320, epochs: 1, seeds: 1, searchSteps: 10, testImages: 32 };
  const { values, conclusion, items } = await runTinyLab(context, lab, tiny, { threads: 1 });
  const trials = values['trials'] as Trial[];
  const outcomes = values['outcomes'] as Outcome[];
  assert.deepEqual(
    trials.map(({ rate }) => rate),
    rates,
  );
  for (const [i, { losses }] of outcomes.slice(0, 2).entries()) {
    const own = trials[i]!.losses;
    assert.equal(own.length, 10);
    // The last fifth of ten steps.
    assert.ok(Math.abs(losses[0]! - (own[8]! + own[9]!) / 2) < 1e-12);
  }
  assert.deepEqual(outcomes[2]!.losses, [null]);
  assert.equal(trials[2]!.accuracy, null);
  const best = values['best'] as { rate: number; loss: number };
  const means = outcomes.slice(0, 2).map(({ losses }) => losses[0]!);
  assert.equal(best.loss, Math.min(...means));
  assert.equal(best.rate, rates[means.indexOf(best.loss)]);
  const search = values['search'] as { points: readonly { learningRate: number }[] };
  assert.equal(search.points[0]!.learningRate, rates[0]);
  // Ten steps are too few to learn anything from.
  assert.equal(conclusion.verdict, 'unclear');
  assert.deepEqual(
    items.map(({ kind }) => kind),
    ['story', 'chart', 'chart', 'table', 'story', 'chart'],
  );
});
