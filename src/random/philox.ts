/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy
 * as 1, 2, 3" (SC 2011). A block of four numbers is a pure function of a counter and a key: any number can be had
 * without those before it, on any thread, with the same bits on every machine.
 */

/** Four 32-bit words, the least significant first. Block b of a stream has the counter [b, …]. */
export type PhiloxCounter = readonly [number, number, number, number];
/** Two 32-bit words. */
export type PhiloxKey = readonly [number, number];

/** Keeps apart the numbers of one seed that serve different ends: the last word of the counter. */
export const purposes = {
  initialisation: 1,
  dropout: 2,
  permutation: 3,
  images: 4,
  augmentation: 5,
} as const;
export type Purpose = (typeof purposes)[keyof typeof purposes];

const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const LOW_0 = MULTIPLIER_0 & 0xffff;
const HIGH_0 = MULTIPLIER_0 >>> 16;
const LOW_1 = MULTIPLIER_1 & 0xffff;
const HIGH_1 = MULTIPLIER_1 >>> 16;

/** The key of a seed, a whole number up to 2^53 - 1. */
export function philoxKey(seed: number): PhiloxKey {
  return [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
}

/**
 * Fills `words` with consecutive blocks: `counter` is the first one's, its first word counts up (and wraps).
 * A last block that does not fit is cut off.
 */
export function fillPhilox(words: Uint32Array, counter: PhiloxCounter, key: PhiloxKey): void {
  const whole = words.length & ~3;
  fillBlocks(words, whole, counter, key);
  if (whole === words.length) return;
  const last = new Uint32Array(4);
  fillBlocks(last, 4, [(counter[0] + whole / 4) >>> 0, counter[1], counter[2], counter[3]], key);
  words.set(last.subarray(0, words.length - whole), whole);
}

function fillBlocks(words: Uint32Array, length: number, counter: PhiloxCounter, key: PhiloxKey): void {
  const [first, second, third, fourth] = counter;
  for (let at = 0; at < length; at += 4) {
    let x0 = (first + (at >>> 2)) | 0;
    let x1 = second | 0;
    let x2 = third | 0;
    let x3 = fourth | 0;
    let k0 = key[0] | 0;
    let k1 = key[1] | 0;
    for (let round = 0; round < 10; round++) {
      // The high words of two 32×32-bit products, by halves of 16 bits: JavaScript has only the low one.
      const a = x0 & 0xffff;
      const b = x0 >>> 16;
      const bLow0 = Math.imul(b, LOW_0);
      const aHigh0 = Math.imul(a, HIGH_0);
      const carry0 = (Math.imul(a, LOW_0) >>> 16) + (bLow0 & 0xffff) + (aHigh0 & 0xffff);
      const high0 = (Math.imul(b, HIGH_0) + (bLow0 >>> 16) + (aHigh0 >>> 16) + (carry0 >>> 16)) | 0;
      const c = x2 & 0xffff;
      const d = x2 >>> 16;
      const dLow1 = Math.imul(d, LOW_1);
      const cHigh1 = Math.imul(c, HIGH_1);
      const carry1 = (Math.imul(c, LOW_1) >>> 16) + (dLow1 & 0xffff) + (cHigh1 & 0xffff);
      const high1 = (Math.imul(d, HIGH_1) + (dLow1 >>> 16) + (cHigh1 >>> 16) + (carry1 >>> 16)) | 0;
      const low0 = Math.imul(x0, MULTIPLIER_0);
      x0 = high1 ^ x1 ^ k0;
      x1 = Math.imul(x2, MULTIPLIER_1);
      x2 = high0 ^ x3 ^ k1;
      x3 = low0;
      k0 = (k0 + WEYL_0) | 0;
      k1 = (k1 + WEYL_1) | 0;
    }
    words[at] = x0;
    words[at + 1] = x1;
    words[at + 2] = x2;
    words[at + 3] = x3;
  }
}
