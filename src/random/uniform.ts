import { forEachChunk, type RandomStream } from './chunks.ts';

/**
 * Fills `values` with numbers uniform in [-bound, bound): float32((2u - 1) * bound) where u is the upper 24 bits
 * of a Philox number. Only exactly rounded operations, so the bits are the same on every machine.
 */
export function fillUniform(values: Float32Array, bound: number, source: RandomStream): void {
  forEachChunk(values.length, source, (words, begin, end) => {
    for (let index = begin; index < end; index++) {
      values[index] = ((words[index - begin]! >>> 8) * 2 ** -23 - 1) * bound;
    }
  });
}
