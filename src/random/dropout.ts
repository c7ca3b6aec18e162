import { fillPhilox, philoxKey, purposes } from './philox.ts';

/** Which mask: the same values give the same mask on every engine and with any number of threads. */
export interface DropoutMask {
  readonly seed: number;
  /** Of the run, from 0. */
  readonly step: number;
  /** Index of the layer among the network's dropout layers, from 0. */
  readonly layer: number;
  readonly probability: number;
}

const CHUNK_WORDS = 4096;

/**
 * Writes the mask's elements begin to end - 1 to `out` from its start: 0, or 1 / (1 - probability) in float32.
 * Element n * features + f is that of image n, feature f; it is kept when its random number, 0 to 2^32 - 1, is at
 * least probability * 2^32. Four elements share a Philox block: ranges that begin at multiples of 4 cost least.
 */
export function fillDropoutMask(out: Float32Array, mask: DropoutMask, begin: number, end: number): void {
  const key = philoxKey(mask.seed);
  const threshold = mask.probability * 2 ** 32;
  // Looked up, not branched on: a processor would guess half of the branches wrong.
  const values = Float32Array.of(0, 1 / (1 - mask.probability));
  const words = new Uint32Array(CHUNK_WORDS);
  const aligned = begin - (begin % 4);
  for (let chunk = aligned; chunk < end; chunk += CHUNK_WORDS) {
    const stop = Math.min(end, chunk + CHUNK_WORDS);
    const used = words.subarray(0, Math.ceil((stop - chunk) / 4) * 4);
    fillPhilox(used, [chunk / 4, mask.step, mask.layer, purposes.dropout], key);
    for (let index = Math.max(begin, chunk); index < stop; index++) {
      out[index - begin] = values[Number(words[index - chunk]! >= threshold)]!;
    }
  }
}
