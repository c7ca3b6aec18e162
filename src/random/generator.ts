import { fillPhilox, philoxKey } from './philox.ts';
import type { Purpose } from './philox.ts';

/** Random numbers one after another. */
export interface Generator {
  /** A whole number, 0 to 2^32 - 1. */
  uint32(): number;
  /** In [0, 1), a multiple of 2^-32. */
  uniform(): number;
  /** A whole number from 0 to limit - 1, each as likely; limit up to 2^32. */
  below(limit: number): number;
}

const BUFFERED_WORDS = 1024;

/** A stream of Philox numbers. Streams with another seed, purpose or number (a whole number under 2^53) differ. */
export function createGenerator(seed: number, purpose: Purpose, stream = 0): Generator {
  const words = new Uint32Array(BUFFERED_WORDS);
  const key = philoxKey(seed);
  const [low, high] = philoxKey(stream);
  let block = 0;
  let at = BUFFERED_WORDS;

  function uint32(): number {
    if (at === BUFFERED_WORDS) {
      fillPhilox(words, [block, low, high, purpose], key);
      block += BUFFERED_WORDS / 4;
      at = 0;
    }
    return words[at++]!;
  }

  function below(limit: number): number {
    // Numbers past the last whole multiple of the limit would favour small remainders: draw again.
    const fair = 2 ** 32 - (2 ** 32 % limit);
    let drawn = uint32();
    while (drawn >= fair) drawn = uint32();
    return drawn % limit;
  }

  return { uint32, below, uniform: () => uint32() / 2 ** 32 };
}
