import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairedDifference, pointsText, shareText, signOf, spreadOf, shareBar } from '../../src/lab/spread.ts';

const near = (actual: number | null, expected: number): void =>
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-3, `${actual}, expected ${expected}`);

test('mean and deviation of a sample', () => {
  const { mean, deviation, least, most, count } = spreadOf([2, 4, 4, 4, 5, 5, 7, 9]);
  assert.deepEqual([mean, least, most, count], [5, 2, 9, 8]);
  near(deviation, 2.1381);
  assert.equal(spreadOf([3]).deviation, 0);
});

test('the interval of paired differences is the t test’s', () => {
  // Student's own example of 1908: hours of sleep gained with two drugs, ten patients; R's t.test(paired = TRUE).
  const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
  const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
  const difference = pairedDifference(second, first);
  near(difference.mean, 1.58);
  near(difference.low, 0.7001);
  near(difference.high, 2.4599);
  assert.equal(signOf(difference), 1);
  assert.equal(signOf(pairedDifference(first, second)), -1);
});

test('what chance may have made has no sign', () => {
  assert.equal(signOf(pairedDifference([0.5, 0.7], [0.6, 0.5])), 0);
  const single = pairedDifference([0.9], [0.1]);
  assert.deepEqual([single.low, single.high, signOf(single)], [null, null, 0]);
});

test('shares and their differences are written with their spread, where there is one', () => {
  // Deviation of 0.5 and 0.6: 0.0707; t for one degree of freedom: 12.706.
  assert.equal(shareText(spreadOf([0.5, 0.6])), '55.0 ± 7.1 %');
  assert.equal(shareText(spreadOf([0.5])), '50.0 %');
  const { en, ja } = pointsText(pairedDifference([0.5, 0.6], [0.4, 0.3]));
  assert.equal(en, '+20.0 points (95 % interval -107.1 to +147.1)');
  assert.equal(ja, '+20.0 ポイント (95 % 信頼区間 -107.1〜+147.1)');
  // What rounds to nothing has no sign.
  assert.equal(pointsText({ mean: -0.0004, low: null, high: null, count: 1 }).en, '0.0 points');
  assert.equal(pointsText(pairedDifference([0.1], [0.4])).en, '-30.0 points');
});

test('a bar of shares is their mean in percent, with each of them', () => {
  assert.deepEqual(shareBar('all', [0.25, 0.75]), { label: 'all', value: 50, values: [25, 75] });
});
