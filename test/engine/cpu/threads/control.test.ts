import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { share } from '../../../../src/engine/cpu/threads/control.ts';

it('shares units out without gaps or overlaps, to within one unit', () => {
  const check = (total: number, threads: number): void => {
    let next = 0;
    for (let thread = 0; thread < threads; thread++) {
      const [begin, end] = share(total, thread, threads);
      assert.equal(begin, next);
      assert.ok(end - begin === Math.floor(total / threads) || end - begin === Math.ceil(total / threads));
      next = end;
    }
    assert.equal(next, total);
  };
  fc.assert(fc.property(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 1, max: 256 }), check), {
    examples: [
      [0, 1],
      [1, 256],
      [7, 3],
    ],
  });
});
