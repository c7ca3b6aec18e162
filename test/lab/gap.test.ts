import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareGaps, gapAt, gapOf, gapVerdict } from '../../src/lab/gap.ts';
import type { Difference } from '../../src/lab/spread.ts';

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual}, expected ${expected}`);

const curve = [
  { epoch: 1, train: 0.2, test: 0.2 },
  { epoch: 2, train: 0.5, test: 0.4 },
  { epoch: 3, train: 1, test: 0.5 },
];

test('the gap is of the last epoch, or of the first with this training accuracy', () => {
  assert.equal(gapOf(curve), 0.5);
  assert.equal(gapAt(curve, 0.4), 0.5 - 0.4);
  assert.equal(gapAt(curve.slice(0, 2), 0.6), undefined);
});

test('the claim holds when the gap is smaller beyond chance, and in part when test accuracy has paid for it', () => {
  const between = (low: number, high: number): Difference => ({
    mean: (low + high) / 2,
    low,
    high,
    count: 3,
  });
  assert.equal(gapVerdict(between(-0.2, -0.1), between(-0.1, 0.1)), 'agrees');
  assert.equal(gapVerdict(between(-0.2, -0.1), between(-0.2, -0.1)), 'partly');
  assert.equal(gapVerdict(between(-0.2, 0.1), between(0.1, 0.2)), 'unclear');
  assert.equal(gapVerdict(between(0.1, 0.2), between(0.1, 0.2)), 'disagrees');
});

test('two ways of training are compared pair by pair, and where they had come as far', () => {
  const other = curve.map((point) => ({ ...point, test: point.test + 0.1 }));
  const group = { name: { en: 'new', ja: '新' }, curves: [curve.slice(0, 2), curve.slice(0, 2)] };
  const base = { name: { en: 'old', ja: '旧' }, curves: [curve, other] };
  const { gap, test: onTest, atSameAccuracy, text } = compareGaps(group, base);
  near(gap.mean, 0.1 - 0.45);
  near(onTest.mean, 0.4 - 0.55);
  assert.equal(atSameAccuracy.level, 0.5);
  near(atSameAccuracy.gaps[0]!, 0.1);
  near(atSameAccuracy.gaps[1]!, 0);
  assert.match(text.en, /Gap after 2 epochs: 45\.0 ± 7\.1 % \(old\), 10\.0 ± 0\.0 % \(new\)/);
});
