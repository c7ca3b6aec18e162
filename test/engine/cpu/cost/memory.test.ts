import assert from 'node:assert/strict';
import { it } from 'node:test';
import { rateAt, type MemoryCurve } from '../../../../src/engine/cpu/cost/memoryCurve.ts';
import { createReuse } from '../../../../src/engine/cpu/cost/reuse.ts';

const curve: MemoryCurve = [
  { bytes: 1 << 20, read: 100, update: 80 },
  { bytes: 1 << 22, read: 60, update: 40 },
  { bytes: 1 << 24, read: 20, update: 10 },
];

it('rateAt: what was measured, linear in the logarithm between, the ends beyond', () => {
  assert.equal(rateAt(curve, 'read', 1 << 22), 60);
  assert.equal(rateAt(curve, 'read', 1 << 21), 80);
  assert.equal(rateAt(curve, 'update', 1 << 23), 25);
  assert.equal(rateAt(curve, 'read', 1), 100);
  assert.equal(rateAt(curve, 'read', 1 << 25), 20);
  assert.equal(rateAt(curve, 'update', Infinity), 10);
});

/** Distances of a touch, with the bytes that have them. */
function touch(reuse: ReturnType<typeof createReuse>, address: number, bytes: number): Map<number, number> {
  const found = new Map<number, number>();
  reuse.touch(address, bytes, (part, distance) => found.set(distance, (found.get(distance) ?? 0) + part));
  return found;
}

it('createReuse: the bytes that were touched since, with the range itself', () => {
  const reuse = createReuse();
  const mebibyte = 1 << 20;
  assert.deepEqual([...touch(reuse, 0, mebibyte)], [[Infinity, mebibyte]]);
  assert.deepEqual([...touch(reuse, 0, mebibyte)], [[mebibyte, mebibyte]]);
  touch(reuse, 4 * mebibyte, 3 * mebibyte);
  // Half of it was touched before the three, half never.
  const distances = touch(reuse, mebibyte / 2, mebibyte);
  assert.deepEqual(
    [...distances],
    [
      [4 * mebibyte, mebibyte / 2],
      [Infinity, mebibyte / 2],
    ],
  );
});
