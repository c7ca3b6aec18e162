/** What the conventions of local response normalisation come down to. */
import type { LrnSpec } from './spec.ts';

/** What the sum of squares is multiplied by. */
export function lrnScale({ alpha, size, convention, region }: LrnSpec): number {
  switch (convention) {
    case 'paper':
      return alpha;
    case 'pytorch':
      return alpha / size;
    case 'caffe':
      return region === 'withinChannel' ? alpha / size ** 2 : alpha / size;
  }
}

/** Neighbours before and after the element itself, in each direction of the region. */
export function lrnWindow({ size, convention }: LrnSpec): {
  readonly before: number;
  readonly after: number;
} {
  const before = Math.floor(size / 2);
  return { before, after: convention === 'pytorch' ? Math.floor((size - 1) / 2) : before };
}
