import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logScale, logTicks } from '../../../src/cli/chart/logScale.ts';

test('a logarithmic scale puts equal ratios at equal distances', () => {
  const scale = logScale([1, 1000], [0, 300]);
  assert.deepEqual(
    [1, 10, 100, 1000].map((value) => Math.round(scale.at(value) * 1e6) / 1e6),
    [0, 100, 200, 300],
  );
  assert.equal(Math.round(logScale([2, 8], [100, 0]).at(4)), 50);
});

test('ticks are round values inside the axis', () => {
  assert.deepEqual(logTicks(logScale([0.7, 30], [0, 1]), [1, 2, 5]), [1, 2, 5, 10, 20]);
  assert.deepEqual(logTicks(logScale([2, 400], [0, 1]), [1, 3]), [3, 10, 30, 100, 300]);
});
