import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lab, type Trial } from '../../labs/augmentation.ts';
import { gapOf, gapVerdict } from '../../src/lab/gap.ts';
import { pairedDifference, type Difference } from '../../src/lab/spread.ts';
import { runTinyLab } from './tinyLab.ts';

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
  const gaps = (augment: string): number[] =>
    trials.filter((trial) => trial.augment === augment).map(({ curve }) => gapOf(curve));
  const difference = pairedDifference(gaps('pad-crop,flip,color'), gaps(''));
  assert.deepEqual(values['gapDifference'], difference);
  assert.equal(conclusion.verdict, gapVerdict(difference, values['testDifference'] as Difference));
  assert.ok(conclusion.finding.en.includes(`${(100 * difference.mean).toFixed(1)} points`));
  const charts = items.flatMap((item) =>
    item.kind === 'chart' || item.kind === 'picture' ? [item.name] : [],
  );
  assert.deepEqual(charts, ['images', 'curves', 'gaps']);
});
