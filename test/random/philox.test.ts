import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillPhilox, philoxKey } from '../../src/random/philox.ts';
import type { PhiloxCounter, PhiloxKey } from '../../src/random/philox.ts';

const ones = 0xffffffff;

/** Random123's kat_vectors, philox4x32 with 10 rounds. */
const knownAnswers: readonly [PhiloxCounter, PhiloxKey, readonly number[]][] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [ones, ones, ones, ones],
    [ones, ones],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

describe('Philox4x32-10', () => {
  for (const [counter, key, expected] of knownAnswers) {
    it(`gives the published answer for the counter ${counter.join(' ')}`, () => {
      const words = new Uint32Array(4);
      fillPhilox(words, counter, key);
      assert.deepEqual([...words], expected);
    });
  }

  it('gives each block the same numbers wherever a fill begins, and cuts off the last', () => {
    const all = new Uint32Array(64);
    fillPhilox(all, [ones - 3, 1, 2, 3], [4, 5]);
    for (const [firstBlock, length] of [
      [0, 3],
      [1, 4],
      [4, 9],
      [9, 26],
    ] as const) {
      const part = new Uint32Array(length);
      fillPhilox(part, [(ones - 3 + firstBlock) >>> 0, 1, 2, 3], [4, 5]);
      assert.deepEqual(part, all.subarray(4 * firstBlock, 4 * firstBlock + length));
    }
  });

  it('makes its key of all 53 bits of a seed', () => {
    assert.deepEqual(philoxKey(2 ** 53 - 1), [ones, 2 ** 21 - 1]);
  });
});
