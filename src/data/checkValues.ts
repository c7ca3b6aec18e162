/** Checks of numbers and words in options and transforms. Each throws ALEX_OPTION_VALUE, which names the value and what it takes. */
import { alexnetError } from '../errors.ts';
import { channels } from './image.ts';

function check(option: string, value: unknown, good: boolean, expected: string): void {
  if (!good) throw alexnetError('ALEX_OPTION_VALUE', { option, value, expected });
}

export function checkWhole(
  option: string,
  value: unknown,
  least: number,
  most: number,
): asserts value is number {
  const good = Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  check(option, value, good, `a whole number from ${least} to ${most}`);
}

/** Of a side of an image. */
export function checkSize(option: string, size: unknown): asserts size is number {
  checkWhole(option, size, 1, 4096);
}

export function checkNumber(
  option: string,
  value: unknown,
  least: number,
  most: number,
): asserts value is number {
  const good = Number.isFinite(value) && (value as number) >= least && (value as number) <= most;
  check(option, value, good, `a number from ${least} to ${most}`);
}

export function checkProbability(option: string, value: unknown): asserts value is number {
  checkNumber(option, value, 0, 1);
}

/** Two numbers, the first at most the second, over 0 and at most `most`. */
export function checkRange(
  option: string,
  value: unknown,
  most: number,
): asserts value is readonly [number, number] {
  const good =
    Array.isArray(value) &&
    value.length === 2 &&
    value.every(Number.isFinite) &&
    value[0] > 0 &&
    value[0] <= value[1] &&
    value[1] <= most;
  const bound = most === Infinity ? 'over 0' : `over 0 and up to ${most}`;
  check(option, value, good, `two numbers ${bound}, the smaller first`);
}

export function checkWord<T extends string>(
  option: string,
  value: unknown,
  words: readonly T[],
): asserts value is T {
  check(option, value, words.includes(value as T), `one of ${words.join(', ')}`);
}

/** A list of finite numbers of this length. */
export function checkNumbers(
  option: string,
  values: unknown,
  length: number,
): asserts values is readonly number[] {
  const good = Array.isArray(values) && values.length === length && values.every(Number.isFinite);
  check(option, values, good, `${length} numbers`);
}

/** A number a channel. */
export function checkChannelValues(
  option: string,
  values: unknown,
  { positive = false } = {},
): asserts values is readonly number[] {
  const good =
    Array.isArray(values) &&
    values.length === channels &&
    values.every((value) => Number.isFinite(value) && (!positive || value > 0));
  check(option, values, good, positive ? 'three numbers over 0' : 'three numbers');
}
