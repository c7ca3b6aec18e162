/** How fast images go by. */
export interface Pace {
  /** Tells of images that were just done; returns the smoothed rate, in images a second. */
  count(images: number): number;
}

/** Weight of the past fades to 1/e in this time. */
const memorySeconds = 15;

/**
 * A rate smoothed over the last 15 seconds or so, exact over the first of them. `now` is in milliseconds.
 * Exponential weights, corrected for the start as Adam corrects its means.
 */
export function createPace(now: () => number = () => performance.now()): Pace {
  let last = now();
  let weightedImages = 0;
  let weightedSeconds = 0;
  return {
    count(images) {
      const time = now();
      const seconds = (time - last) / 1000;
      const fade = Math.exp(-seconds / memorySeconds);
      last = time;
      weightedImages = weightedImages * fade + images;
      weightedSeconds = weightedSeconds * fade + seconds;
      return weightedSeconds > 0 ? weightedImages / weightedSeconds : 0;
    },
  };
}
