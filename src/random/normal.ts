import { forEachChunk, type RandomStream } from './chunks.ts';

/**
 * Fills `values` with numbers from the normal distribution around 0 (Box and Muller 1958): a pair of numbers of each pair
 * of Philox words. V8 has its own logarithm, sine and cosine, so the bits are the same on every machine.
 */
export function fillNormal(values: Float32Array, standardDeviation: number, source: RandomStream): void {
  forEachChunk(values.length, source, (words, begin, end) => {
    for (let index = begin; index < end; index += 2) {
      // The logarithm's argument is in (0, 1].
      const radius = standardDeviation * Math.sqrt(-2 * Math.log((words[index - begin]! + 1) / 2 ** 32));
      const angle = (2 * Math.PI * words[index - begin + 1]!) / 2 ** 32;
      values[index] = radius * Math.cos(angle);
      if (index + 1 < end) values[index + 1] = radius * Math.sin(angle);
    }
  });
}
