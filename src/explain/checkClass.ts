import { alexnetError } from '../errors.ts';

/** Throws ALEX_OPTION_VALUE for what is no index of a class. */
export function checkClass(classIndex: number, classes: number): void {
  if (Number.isInteger(classIndex) && classIndex >= 0 && classIndex < classes) return;
  const expected = `the index of a class, 0 to ${classes - 1}`;
  throw alexnetError('ALEX_OPTION_VALUE', { option: 'class', value: classIndex, expected });
}
