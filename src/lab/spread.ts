/** What trials with several seeds say: their mean, how far apart they are, and whether two ways of training differ. */
import type { Bar } from '../charts/barChart.ts';
import type { Text } from '../language.ts';

export interface Spread {
  readonly mean: number;
  /** Of the sample; 0 for a single value. */
  readonly deviation: number;
  readonly least: number;
  readonly most: number;
  readonly count: number;
}

/** Of at least one value. */
export function spreadOf(values: readonly number[]): Spread {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, count - 1));
  return { mean, deviation, least: Math.min(...values), most: Math.max(...values), count };
}

/** A mean difference, and the interval that holds the true one with 95 % confidence. */
export interface Difference {
  readonly mean: number;
  /** Both null for a single pair, which tells nothing of chance. */
  readonly low: number | null;
  readonly high: number | null;
  readonly count: number;
}

/** Student's t, two-sided 95 %, for 1 to 30 degrees of freedom; the last serves for more. */
const students = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
] as const;

/**
 * How much `values` are over `base`, where values at the same place belong together, such as by their seed: the paired
 * t interval (Student 1908).
 */
export function pairedDifference(values: readonly number[], base: readonly number[]): Difference {
  const { mean, deviation, count } = spreadOf(values.map((value, i) => value - base[i]!));
  if (count === 1) return { mean, low: null, high: null, count };
  const reach = (students[Math.min(count - 1, students.length) - 1]! * deviation) / Math.sqrt(count);
  return { mean, low: mean - reach, high: mean + reach, count };
}

/** 1 or -1 when the interval lies on one side of 0, else 0. */
export function signOf({ low, high }: Difference): -1 | 0 | 1 {
  if (low === null || high === null) return 0;
  return low > 0 ? 1 : high < 0 ? -1 : 0;
}

/** Shares of 1 as `51.2 ± 1.3 %`, their mean and deviation; a single one as `51.2 %`. */
export function shareText({ mean, deviation, count }: Spread): string {
  const own = count > 1 ? ` ± ${(100 * deviation).toFixed(1)}` : '';
  return `${(100 * mean).toFixed(1)}${own} %`;
}

/** A difference of shares as `-12.3 points (95 % interval -15.0 to -9.6)`. */
export function pointsText({ mean, low, high }: Difference): Text {
  const points = (share: number): string => {
    const text = (100 * share).toFixed(1);
    if (Number(text) === 0) return '0.0';
    return share > 0 ? `+${text}` : text;
  };
  const own = points(mean);
  if (low === null || high === null) return { en: `${own} points`, ja: `${own} ポイント` };
  return {
    en: `${own} points (95 % interval ${points(low)} to ${points(high)})`,
    ja: `${own} ポイント (95 % 信頼区間 ${points(low)}〜${points(high)})`,
  };
}

/** Shares of 1 as a bar in percent: their mean, and each as a spot. */
export function shareBar(label: string, shares: readonly number[]): Bar {
  return { label, value: 100 * spreadOf(shares).mean, values: shares.map((share) => 100 * share) };
}

/** What differences over so many seeds are worth, in a sentence or two. */
export function seedsText(seeds: number): Text {
  if (seeds === 1)
    return {
      en: '1 seed, which cannot tell a difference from chance.',
      ja: 'シード 1 個で、偶然の差と区別できない。',
    };
  return {
    en: `${seeds} seeds; differences are taken seed by seed, and intervals are of 95 %.`,
    ja: `シード ${seeds} 個。差はシードごとに取り、区間は 95 % である。`,
  };
}
