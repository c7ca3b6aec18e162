/** The tensors of the golden files: not stored, but hashed from a seed and a number. */
import { elementCount, parameterShapes } from '../../src/network/shapes.ts';
import type { ParameterShape } from '../../src/network/shapes.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';

/** Tensor `number` of a seed: float32 values in [-bound, bound). */
export function hashedTensor(seed: number, number: number, length: number, bound = 1): Float32Array {
  const values = new Float32Array(length);
  const start = seed + Math.imul(number, 0x632be5ab);
  for (let index = 0; index < length; index++) {
    let h = (start + Math.imul(index, 0x9e3779b1)) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
    values[index] = (((h >>> 8) / 2 ** 24) * 2 - 1) * bound;
  }
  return values;
}

/** Whole numbers in [0, limit), hashed. */
export function hashedLabels(seed: number, length: number, limit: number): number[] {
  return Array.from(hashedTensor(seed, 0, length), (value) => Math.floor(((value + 1) / 2) * limit));
}

/** Hands every parameter, filled as the golden files' weights are, to `write`. */
export function fillHashed(
  network: NetworkSpec,
  { seed, gain = 6 }: { readonly seed: number; readonly gain?: number },
  write: (name: string, values: Float32Array) => void,
): void {
  for (const [number, parameter] of parameterShapes(network).entries()) {
    const values = hashedTensor(seed, number, elementCount(parameter.shape), bound(parameter, gain));
    // Variances and scales are around 1.
    write(parameter.name, isNorm(parameter) ? values.map((value) => 1 + 5 * value) : values);
  }
}

function isNorm({ kind }: ParameterShape): boolean {
  return kind === 'norm' || kind === 'statistic';
}

function bound({ kind, fanIn }: ParameterShape, gain: number): number {
  return kind !== 'weight' ? 0.05 : Math.sqrt(gain / fanIn);
}
