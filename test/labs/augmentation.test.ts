import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lab, type Trial } from '../../labs/augmentation.ts';
import { gapOf, gapVerdict } from '../../src/lab/gap.ts';
import { pairedDifference, pointsText, type Difference } from '../../src/lab/spread.ts';
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
  const gap = pairedDifference(gaps('pad-crop,flip,color'), gaps(''));
  const recorded = values['comparison'] as { gap: Difference; test: Difference };
  assert.deepEqual(recorded.gap, gap);
  assert.equal(conclusion.verdict, gapVerdict(gap, recorded.test));
  assert.ok(conclusion.finding.en.includes(pointsText(gap).en));
  const charts = items.flatMap((item) =>
    item.kind === 'chart' || item.kind === 'picture' ? [item.name] : [],
  );
  assert.deepEqual(charts, ['images', 'curves', 'gaps']);
});
