import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createGenerator } from '../../src/random/generator.ts';
import { fillPhilox, purposes } from '../../src/random/philox.ts';

describe('createGenerator', () => {
  it("draws the Philox numbers of its stream one after another, past its buffer's end", () => {
    const expected = new Uint32Array(3000);
    fillPhilox(expected, [0, 6, 1, purposes.images], [5, 2]);
    const generator = createGenerator(2 * 2 ** 32 + 5, purposes.images, 2 ** 32 + 6);
    assert.deepEqual(
      Uint32Array.from(expected, () => generator.uint32()),
      expected,
    );
  });

  it('keeps below its limit, and its uniform numbers in [0, 1)', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, limit) => {
        const generator = createGenerator(seed, purposes.augmentation);
        for (let draw = 0; draw < 20; draw++) {
          const number = generator.below(limit);
          assert.ok(Number.isInteger(number) && number >= 0 && number < limit);
          const uniform = generator.uniform();
          assert.ok(uniform >= 0 && uniform < 1);
        }
      }),
    );
  });
});
