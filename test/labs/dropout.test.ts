import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isKept,
  lab,
  ratioOf,
  shareWithinTwoErrors,
  type MaskStudy,
  type Trial,
} from '../../labs/dropout.ts';
import { gapOf, type GapComparison } from '../../src/lab/gap.ts';
import { pairedDifference } from '../../src/lab/spread.ts';
import { runTinyLab } from './tinyLab.ts';

test('a mean over masks is compared with the output by its standard error', () => {
  // Mean 4, deviation √3.
  const { ratio, error } = ratioOf([2, 4, 6, 4 + Math.sqrt(2), 4 - Math.sqrt(2)], 2);
  assert.equal(ratio, 2);
  assert.ok(Math.abs(error - Math.sqrt(3 / 5) / 2) < 1e-12, String(error));
  assert.ok(isKept({ ratio: 1.02, error: 0.01 }));
  assert.ok(!isKept({ ratio: 0.5, error: 0.01 }));
});

test('single outputs are compared as well, but for those that are 0 anyway', () => {
  const study: MaskStudy = {
    probability: 0.5,
    plain: [1, 2, 0, 4, 1],
    masked: [],
    // Over 100 masks the standard error of x is x / 10.
    means: [1.19, 1.5, 0, 3.3, 0.81],
    totals: Array.from({ length: 100 }, () => 8),
    activationPlain: 1,
    activationTotals: [1],
  };
  assert.equal(shareWithinTwoErrors(study), 3 / 4);
});

test('the masks are the engine’s, and the conclusion follows from data.json', async (context) => {
  const tiny = { images: 40, testImages: 30, epochs: 2, every: 1, seeds: 2, masks: 64 };
  const { values, conclusion, items } = await runTinyLab(context, lab, tiny);
  const study = values['study'] as MaskStudy;
  assert.equal(study.totals.length, 64);
  for (const outputs of study.masked) {
    assert.ok(outputs.every((value, i) => value === 0 || value === 2 * study.plain[i]!));
    const kept = outputs.filter((value) => value !== 0).length;
    const alive = study.plain.filter((value) => value !== 0).length;
    assert.ok(kept > 0 && kept < alive, `${kept} of ${alive}`);
  }
  const total = study.plain.reduce((sum, value) => sum + value, 0);
  const { ratio, error } = values['expectation'] as { ratio: number; error: number };
  assert.deepEqual(ratioOf(study.totals, total), { ratio, error });
  assert.ok(Math.abs(ratio - 1) < 5 * error && error < 0.1, `${ratio} ± ${error}`);
  const trials = values['trials'] as Trial[];
  const gaps = (p: number): number[] =>
    trials.filter(({ probability }) => probability === p).map(({ curve }) => gapOf(curve));
  const { gap } = values['comparison'] as GapComparison;
  assert.deepEqual(gap, pairedDifference(gaps(0.5), gaps(0)));
  assert.ok(conclusion.finding.en.includes(`is ${ratio.toFixed(4)} ± ${error.toFixed(4)} times`));
  const charts = items.flatMap((item) => (item.kind === 'chart' ? [item.name] : []));
  assert.deepEqual(charts, ['masks', 'expectation', 'curves', 'gaps']);
});
