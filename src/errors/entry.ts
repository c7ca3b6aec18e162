import { nearestName } from '../nearestName.ts';

export interface Entry<P> {
  /** What was expected and what came. */
  readonly says: (p: P) => string;
  /** What the person can do about it. */
  readonly advice: (p: P) => string;
  /** Process exit code: 1 the work failed, 2 wrong usage. */
  readonly exit: 1 | 2;
}

/** Makes an entry; the parameters are told by `says`. */
export function entry<P>(exit: 1 | 2, says: (p: P) => string, advice: (p: P) => string): Entry<P> {
  return { exit, says, advice };
}

/** The beginning of advice after a mistyped name; empty when no known name is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `Did you mean "${nearest}"? `;
}
