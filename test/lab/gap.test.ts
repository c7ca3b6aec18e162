import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gapAt, gapCells, gapLines, gapOf, gapVerdict } from '../../src/lab/gap.ts';
import type { Difference } from '../../src/lab/spread.ts';

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

test('trials become lines with their spread, and cells', () => {
  const other = curve.map((point) => ({ ...point, test: point.test + 0.1 }));
  const [train, test] = gapLines([curve, other], { train: 'a', test: 'b' });
  assert.deepEqual(train!.points[1], { x: 2, y: 0.5, low: 0.5, high: 0.5 });
  assert.deepEqual(test!.points[1], { x: 2, y: 0.45, low: 0.4, high: 0.5 });
  assert.deepEqual(gapCells([curve, other]), ['100.0 ± 0.0 %', '55.0 ± 7.1 %', '45.0 ± 7.1 %']);
});
