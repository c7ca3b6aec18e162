import assert from 'node:assert/strict';
import { it } from 'node:test';
import { compare, spreadOf } from '../../bench/statistics.ts';

it('gives the median and the range', () => {
  assert.deepEqual(spreadOf([10, 9, 2]), { median: 9, min: 2, max: 10 });
  assert.deepEqual(spreadOf([8, 2, 4, 100]), { median: 6, min: 2, max: 100 });
  assert.deepEqual(spreadOf([3]), { median: 3, min: 3, max: 3 });
});

it('compares medians, and each measurement with the one beside it', () => {
  // The machine slowed down by half for the second pair: the pairs do not show it.
  assert.deepEqual(compare([30, 15, 33], [20, 10, 30]), {
    ratio: 1.5,
    pairs: { median: 1.5, min: 1.1, max: 1.5 },
  });
});
