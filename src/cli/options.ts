/** Readers of option values. Each throws ALEX_OPTION_VALUE, which names the option and what it takes. */
import { badImagePolicies } from '../data/batches.ts';
import { engineNames } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { nearestName } from '../nearestName.ts';

type Reader<T> = (value: string) => T;

/** Decimal notation only: Number() would take "", " 5", "0x10" and "1e3" for whole numbers too. */
export const wholeNumber = /^[+-]?\d+$/;
export const decimalNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A whole number in [least, most]. */
export function whole(option: string, least: number, most: number): Reader<number> {
  return (value) => {
    const number = wholeNumber.test(value) ? Number(value) : NaN;
    if (number >= least && number <= most) return number;
    const expected =
      most === Number.MAX_SAFE_INTEGER
        ? `a whole number from ${least}`
        : `a whole number from ${least} to ${most}`;
    throw alexnetError('ALEX_OPTION_VALUE', { option, value, expected });
  };
}

/** A number that passes `accepts`; `expected` says which those are. */
export function decimal(
  option: string,
  expected: string,
  accepts: (value: number) => boolean,
): Reader<number> {
  return (value) => {
    const number = decimalNumber.test(value) ? Number(value) : NaN;
    if (Number.isFinite(number) && accepts(number)) return number;
    throw alexnetError('ALEX_OPTION_VALUE', { option, value, expected });
  };
}

/** One of a few words. */
export function oneOf<T extends string>(option: string, words: readonly T[]): Reader<T> {
  return (value) => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    const near = nearestName(value, words);
    const expected = `one of ${words.join(', ')}${near === undefined ? '' : ` (did you mean ${near}?)`}`;
    throw alexnetError('ALEX_OPTION_VALUE', { option, value, expected });
  };
}

/** Options that more than one command has. */
export const readers = {
  batchSize: whole('--batch-size', 1, 4096),
  threads: whole('--threads', 1, 256),
  workers: whole('--workers', 0, 64),
  seed: whole('--seed', 0, Number.MAX_SAFE_INTEGER),
  classes: whole('--classes', 1, 65_536),
  engine: oneOf('--engine', engineNames),
  badImage: oneOf('--on-bad-image', badImagePolicies),
} as const;
