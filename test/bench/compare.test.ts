import assert from 'node:assert/strict';
import { it } from 'node:test';
import { compare } from '../../bench/compare.ts';

it('compares medians, and each measurement with the one beside it', () => {
  // The machine slowed down by half for the second pair: the pairs do not show it.
  assert.deepEqual(compare([30, 15, 33], [20, 10, 30]), {
    ratio: 1.5,
    pairs: { median: 1.5, min: 1.1, max: 1.5 },
  });
});
