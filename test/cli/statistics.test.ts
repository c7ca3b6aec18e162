import assert from 'node:assert/strict';
import { it } from 'node:test';
import { spreadOf } from '../../src/cli/statistics.ts';

it('gives the median and the range', () => {
  assert.deepEqual(spreadOf([10, 9, 2]), { median: 9, min: 2, max: 10 });
  assert.deepEqual(spreadOf([8, 2, 4, 100]), { median: 6, min: 2, max: 100 });
  assert.deepEqual(spreadOf([3]), { median: 3, min: 3, max: 3 });
});
