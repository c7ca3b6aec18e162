import { fillPhilox, philoxKey } from './philox.ts';
import type { Purpose } from './philox.ts';

const chunkWords = 4096;

/** Which of a seed's streams of random numbers. */
export interface RandomStream {
  readonly seed: number;
  readonly purpose: Purpose;
  readonly stream: number;
}

/** Calls `visit` for stretches [begin, end) of `length` values with a Philox word for each; `begin` is even. */
export function forEachChunk(
  length: number,
  { seed, purpose, stream }: RandomStream,
  visit: (words: Uint32Array, begin: number, end: number) => void,
): void {
  const key = philoxKey(seed);
  const words = new Uint32Array(chunkWords);
  for (let begin = 0; begin < length; begin += chunkWords) {
    fillPhilox(words, [begin / 4, stream, 0, purpose], key);
    visit(words, begin, Math.min(length, begin + chunkWords));
  }
}
