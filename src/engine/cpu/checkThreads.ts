import { alexnetError } from '../../errors.ts';

/** More threads than this are refused: each costs memory, and no known machine has use for them. */
export const mostThreads = 256;

/** Throws ALEX_OPTION_VALUE. */
export function checkThreads(threads: number): void {
  if (Number.isSafeInteger(threads) && threads >= 1 && threads <= mostThreads) return;
  const expected = `a whole number from 1 to ${mostThreads}`;
  throw alexnetError('ALEX_OPTION_VALUE', { option: 'threads', value: threads, expected });
}
