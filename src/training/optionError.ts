import { alexnetError } from '../errors.ts';
import { nearestName } from '../nearestName.ts';

/** ALEX_OPTION_VALUE, with the word that was most likely meant. */
export function optionError(
  option: string,
  value: unknown,
  expected: string,
  words: readonly string[] = [],
): Error {
  const near = typeof value === 'string' ? nearestName(value, words) : undefined;
  const meant = near === undefined ? '' : ` (did you mean ${near}?)`;
  return alexnetError('ALEX_OPTION_VALUE', { option, value, expected: expected + meant });
}
