/** Comparison with the golden files' sampled tensors, and of whole tensors with each other. */
import assert from 'node:assert/strict';

/** What a golden file holds of a tensor. */
export interface SampledTensor {
  readonly shape: readonly number[];
  readonly l2: number;
  readonly sum: number;
  /** Flat indices in PyTorch's order. */
  readonly at: readonly number[];
  readonly values: readonly number[];
}

/**
 * The values at the sampled places, the norm and the sum are as PyTorch's. `tolerance` is relative: the samples may
 * be off by that part of what the tensor's norm leads to expect of as many elements.
 */
export function assertSampled(
  name: string,
  actual: ArrayLike<number>,
  expected: SampledTensor,
  tolerance: number,
): void {
  const length = expected.shape.reduce((product, size) => product * size, 1);
  assert.equal(actual.length, length, `${name}: number of elements`);
  const norm = l2(actual);
  const sum = sumOf(actual);
  const sampled = expected.at.map((index, k) => actual[index]! - expected.values[k]!);
  const scale = expected.l2 * Math.sqrt(sampled.length / length);
  assertAtMost(l2(sampled), tolerance * scale, `${name}: distance of the samples`);
  assertAtMost(Math.abs(norm - expected.l2), tolerance * expected.l2, `${name}: difference of l2 norms`);
  assertAtMost(
    Math.abs(sum - expected.sum),
    tolerance * expected.l2 * Math.sqrt(length),
    `${name}: difference of sums`,
  );
}

/** |actual - expected| is at most `tolerance` of |expected|, or of |beside| where that is larger, in the l2 norm. */
export function assertClose(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  beside: ArrayLike<number> = [],
): void {
  assert.equal(actual.length, expected.length, `${name}: number of elements`);
  let squares = 0;
  for (let at = 0; at < expected.length; at++) squares += (actual[at]! - expected[at]!) ** 2;
  const scale = Math.max(l2(expected), l2(beside));
  assertAtMost(Math.sqrt(squares), tolerance * scale, `${name}: distance`);
}

/** Fails, and says by how much, unless value <= limit; NaN fails. */
export function assertAtMost(value: number, limit: number, what: string): void {
  assert.ok(value <= limit, `${what} is ${value}, expected at most ${limit}`);
}

function l2(values: ArrayLike<number>): number {
  let squares = 0;
  for (let at = 0; at < values.length; at++) squares += values[at]! ** 2;
  return Math.sqrt(squares);
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at]!;
  return sum;
}
