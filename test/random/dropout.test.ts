import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fillDropoutMask } from '../../src/random/dropout.ts';
import type { DropoutMask } from '../../src/random/dropout.ts';
import { fillPhilox, purposes } from '../../src/random/philox.ts';

const base: DropoutMask = { seed: 3, step: 7, layer: 1, probability: 0.3 };

function mask(changes: Partial<DropoutMask> = {}, begin = 0, end = 10_000): Float32Array {
  const out = new Float32Array(end - begin);
  fillDropoutMask(out, { ...base, ...changes }, begin, end);
  return out;
}

describe('fillDropoutMask', () => {
  it('keeps an element when its Philox number is at least probability * 2^32', () => {
    const words = new Uint32Array(10_000);
    fillPhilox(words, [0, 7, 1, purposes.dropout], [3, 0]);
    const kept = Math.fround(1 / 0.7);
    assert.deepEqual(
      mask(),
      Float32Array.from(words, (word) => (word >= 0.3 * 2 ** 32 ? kept : 0)),
    );
  });

  it('gives any range what the whole has there', () => {
    const whole = mask();
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (a, b) => {
        const [begin, end] = [Math.min(a, b), Math.max(a, b)];
        assert.deepEqual(mask({}, begin, end), whole.subarray(begin, end));
      }),
    );
  });

  it('keeps all at probability 0', () => {
    assert.ok(mask({ probability: 0 }).every((value) => value === 1));
  });

  it('differs by seed, step and layer', () => {
    for (const changes of [{ seed: 4 }, { step: 8 }, { layer: 0 }]) {
      assert.notDeepEqual(mask(changes), mask());
    }
  });
});
