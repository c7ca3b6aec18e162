import { fillPhilox, philoxKey, purposes } from './philox.ts';

/**
 * Random numbers for what is done to images. They are a function of the seed, the epoch, the image's index in its
 * data set and the step of the chain alone: not of threads, of the batch size, or of what was drawn before.
 */
export interface ImageDraws {
  /** The draws that follow are for this image in this epoch, counted from 0. */
  image(epoch: number, index: number): void;
  /** The draws that follow are for step `step` of the chain, 0 to 255; they begin anew. */
  step(step: number): void;
  /** In [0, 1), a multiple of 2^-32. */
  uniform(): number;
  /** In [least, most). */
  between(least: number, most: number): number;
  /** A whole number from 0 to limit - 1, each as likely; limit up to 2^32. */
  below(limit: number): number;
  /** From the normal distribution with mean 0 and standard deviation 1. */
  normal(): number;
}

const blocksOfStep = 2 ** 24;

/** The draws of a run with this seed. */
export function createImageDraws(seed: number): ImageDraws {
  const key = philoxKey(seed);
  const words = new Uint32Array(4);
  let epoch = 0;
  let index = 0;
  let block = 0;
  let at = 4;

  function uint32(): number {
    if (at === 4) {
      fillPhilox(words, [block++, index, epoch, purposes.augmentation], key);
      at = 0;
    }
    return words[at++]!;
  }
  const uniform = (): number => uint32() / 2 ** 32;

  return {
    image(ofEpoch, ofIndex) {
      epoch = ofEpoch;
      index = ofIndex;
      at = 4;
    },
    step(step) {
      block = step * blocksOfStep;
      at = 4;
    },
    uniform,
    between: (least, most) => least + (most - least) * uniform(),
    below(limit) {
      // Numbers past the last whole multiple of the limit would favour small remainders: draw again.
      const fair = 2 ** 32 - (2 ** 32 % limit);
      let drawn = uint32();
      while (drawn >= fair) drawn = uint32();
      return drawn % limit;
    },
    normal() {
      // Box and Muller 1958. The logarithm's argument is in (0, 1].
      const radius = Math.sqrt(-2 * Math.log((uint32() + 1) / 2 ** 32));
      return radius * Math.cos(2 * Math.PI * uniform());
    },
  };
}
