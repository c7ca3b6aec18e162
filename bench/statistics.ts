/** What the table says of repeated measurements. */

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Median and range of at least one number. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

export interface Comparison {
  /** Of the medians. */
  readonly ratio: number;
  /** Of each measurement and the other's that was taken next to it: what the machine did besides fell on both. */
  readonly pairs: Spread;
}

/** How many times as fast the first is as the second; both were measured in turn. */
export function compare(ours: readonly number[], theirs: readonly number[]): Comparison {
  return {
    ratio: spreadOf(ours).median / spreadOf(theirs).median,
    pairs: spreadOf(ours.map((value, index) => value / theirs[index])),
  };
}
