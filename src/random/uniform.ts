import { fillPhilox, philoxKey } from './philox.ts';
import type { Purpose } from './philox.ts';

const CHUNK_WORDS = 4096;

/**
 * Fills `values` with numbers uniform in [-bound, bound): float32((2u - 1) * bound) where u is the upper 24 bits
 * of a Philox number. Only exactly rounded operations, so the bits are the same on every machine.
 */
export function fillUniform(
  values: Float32Array,
  bound: number,
  source: { readonly seed: number; readonly purpose: Purpose; readonly stream: number },
): void {
  const key = philoxKey(source.seed);
  const words = new Uint32Array(CHUNK_WORDS);
  for (let begin = 0; begin < values.length; begin += CHUNK_WORDS) {
    const end = Math.min(values.length, begin + CHUNK_WORDS);
    fillPhilox(words, [begin / 4, source.stream, 0, source.purpose], key);
    for (let index = begin; index < end; index++) {
      values[index] = ((words[index - begin]! >>> 8) * 2 ** -23 - 1) * bound;
    }
  }
}
