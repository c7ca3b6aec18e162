import { spreadOf, type Spread } from '../src/cli/statistics.ts';

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
