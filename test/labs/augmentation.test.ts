import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gapAt, gapOf, lab, verdictOf, type Trial } from '../../labs/augmentation.ts';
import { pairedDifference, type Difference } from '../../src/lab/spread.ts';
import { runTinyLab } from './tinyLab.ts';

const curve = [
  { epoch: 1, train: 0.2, test: 0.2 },
  { epoch: 2, train: 0.5, test: 0.4 },
  { epoch: 3, train: 1, test: 0.5 },
];

test('the gap is of the last epoch, or of the first with this training accuracy', () => {
  assert.equal(gapOf({ curve }), 0.5);
  assert.equal(gapAt({ curve }, 0.4), 0.5 - 0.4);
  assert.equal(gapAt({ curve: curve.slice(0, 2) }, 0.6), undefined);
});

test('the claim holds when the gap is smaller beyond chance, and in part when test accuracy has paid for it', () => {
  const between = (low: number, high: number): Difference => ({
    mean: (low + high) / 2,
    low,
    high,
    count: 3,
  });
  assert.equal(verdictOf(between(-0.2, -0.1), between(-0.1, 0.1)), 'agrees');
  assert.equal(verdictOf(between(-0.2, -0.1), between(-0.2, -0.1)), 'partly');
  assert.equal(verdictOf(between(-0.2, 0.1), between(0.1, 0.2)), 'unclear');
  assert.equal(verdictOf(between(0.1, 0.2), between(0.1, 0.2)), 'disagrees');
});

test('the conclusion follows from the accuracies in data.json', async (context) => {
  const tiny = { images: 40, testImages: 30, epochs: 3, every: 2, seeds: 2, alone: false };
  const { values, conclusion, items } = await runTinyLab(context, lab, tiny);
  const trials = values['trials'] as Trial[];
  assert.equal(trials.length, 2 * 2);
  for (const trial of trials)
    assert.deepEqual(
      trial.curve.map(({ epoch }) => epoch),
      [2, 3],
    );
  const gaps = (augment: string): number[] => trials.filter((trial) => trial.augment === augment).map(gapOf);
  const difference = pairedDifference(gaps('pad-crop,flip,color'), gaps(''));
  assert.deepEqual(values['gapDifference'], difference);
  assert.equal(conclusion.verdict, verdictOf(difference, values['testDifference'] as Difference));
  assert.ok(conclusion.finding.en.includes(`${(100 * difference.mean).toFixed(1)} points`));
  const charts = items.flatMap((item) =>
    item.kind === 'chart' || item.kind === 'picture' ? [item.name] : [],
  );
  assert.deepEqual(charts, ['images', 'curves', 'gaps']);
});
