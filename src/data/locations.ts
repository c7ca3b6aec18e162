import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where data sets are kept when nobody says otherwise. */
export const cacheDir = join(homedir(), '.cache', 'alexnet');

/** Where pixels of image files are kept when nobody says otherwise. */
export const imageCacheDir = join(cacheDir, 'images');

/**
 * Folders where data sets are looked for, in order: the one given, or else the environment's ALEXNET_DATA, `data` in the
 * working folder, and `~/.cache/alexnet`.
 */
export function dataDirs(dataDir?: string): readonly string[] {
  if (dataDir !== undefined) return [dataDir];
  const fromEnvironment = process.env['ALEXNET_DATA'];
  const defaults = ['data', cacheDir];
  return fromEnvironment === undefined || fromEnvironment === '' ? defaults : [fromEnvironment, ...defaults];
}

/** Where downloads go: the folder given, or else ALEXNET_DATA, or else `~/.cache/alexnet`. */
export function downloadDir(dataDir?: string): string {
  return dataDir ?? (process.env['ALEXNET_DATA'] || cacheDir);
}
