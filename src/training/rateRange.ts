import { optionError } from './optionError.ts';

/** Learning rates that grow by the same factor at every step. */
export interface RateRange {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

export const usualRange: RateRange = { from: 1e-5, to: 1, steps: 100 };

/** The rate of a step, from 0. */
export function rateAt({ from, to, steps }: RateRange, step: number): number {
  return from * (to / from) ** (step / (steps - 1));
}

/** Throws ALEX_OPTION_VALUE. */
export function checkRange({ from, to, steps }: RateRange): void {
  if (!(from > 0 && to > from && to < Infinity))
    throw optionError('from', from, `a rate over 0 and under ${to}`);
  if (!Number.isSafeInteger(steps) || steps < 10) throw optionError('steps', steps, 'a whole number from 10');
}
