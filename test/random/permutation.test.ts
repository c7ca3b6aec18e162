import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { permutation } from '../../src/random/permutation.ts';

describe('permutation', () => {
  it('holds each number once', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.maxSafeNat(), fc.nat(1000), (length, seed, epoch) => {
        const sorted = permutation(length, seed, epoch).toSorted();
        assert.deepEqual(
          sorted,
          Uint32Array.from({ length }, (_, index) => index),
        );
      }),
    );
  });

  it('is another one each epoch and for each seed, and the same for the same', () => {
    const base = permutation(100, 1, 1);
    assert.notDeepEqual(permutation(100, 1, 2), base);
    assert.notDeepEqual(permutation(100, 2, 1), base);
    assert.deepEqual(permutation(100, 1, 1), base);
  });

  it('puts every number in every place about as often', () => {
    const [length, epochs] = [5, 5000];
    const counts = Array.from({ length }, () => Array.from({ length }, () => 0));
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const [place, number] of permutation(length, 3, epoch).entries()) counts[place]![number]!++;
    }
    // Binomial with mean 1000 and standard deviation 28: five deviations either way.
    for (const count of counts.flat()) assert.ok(Math.abs(count - 1000) < 141, `${count} of ${epochs}`);
  });
});
