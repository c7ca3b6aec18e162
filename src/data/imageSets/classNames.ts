import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AlexnetError, alexnetError } from '../../errors.ts';
import { unreadable } from '../unreadable.ts';

/** Room for 65,536 names of some length. */
const mostBytes = 16_000_000;

/** The lines of `classes.txt` in a folder; undefined when it is not there. Throws ALEX_DATA_FORM, ALEX_DATA_UNREADABLE. */
export function readClassNames(folder: string): readonly string[] | undefined {
  const path = join(folder, 'classes.txt');
  if (!existsSync(path)) return undefined;
  let text: string;
  try {
    const { size } = statSync(path);
    if (size > mostBytes) throw alexnetError('ALEX_DATA_FORM', { path, found: `${size} bytes` });
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw error instanceof AlexnetError ? error : unreadable(path, error);
  }
  const names = text
    .replace(/^\ufeff/, '')
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
  if (names.some((name) => name === '') || new Set(names).size !== names.length) {
    throw alexnetError('ALEX_DATA_FORM', { path, found: 'lines that are empty or there twice' });
  }
  return names;
}
