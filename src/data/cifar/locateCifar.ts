/** Where CIFAR-10 or CIFAR-100 is: an archive or an extracted folder, of either version. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { alexnetError } from '../../errors.ts';
import { dataDirs } from '../locations.ts';
import { unreadable } from '../unreadable.ts';
import { cifarSets, type CifarArchive, type CifarSet } from './cifarSets.ts';

export type CifarSource =
  | {
      readonly form: 'archive';
      readonly path: string;
      /** The sets that it may hold. */
      readonly sets: readonly CifarSet[];
    }
  | {
      readonly form: 'folder';
      readonly path: string;
      readonly set: CifarSet;
      readonly archive: CifarArchive;
    };

/** Names of the files in a folder; undefined when there is no such folder. Throws ALEX_DATA_UNREADABLE. */
function namesIn(path: string): readonly string[] | undefined {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unreadable(path, error);
  }
}

function batchFiles(archive: CifarArchive): readonly string[] {
  return [...archive.batches.train, ...archive.batches.test];
}

interface BatchFolder {
  readonly source: CifarSource;
  readonly missing: readonly string[];
}

/** The folder as a source when any batch file of a version is in it. */
function asBatchFolder(path: string, set: CifarSet): BatchFolder | undefined {
  const names = namesIn(path);
  if (names === undefined) return undefined;
  for (const archive of set.archives) {
    if (archive.beside !== undefined && !names.includes(archive.beside)) continue;
    const missing = batchFiles(archive).filter((file) => !names.includes(file));
    if (missing.length < batchFiles(archive).length) {
      return { source: { form: 'folder', path, set, archive }, missing };
    }
  }
  return undefined;
}

/** In one folder: whole batch folders first, then archives; undefined when there is nothing. */
function findIn(dir: string, set: CifarSet): CifarSource | undefined {
  const folders = [dir, ...set.archives.map(({ folder }) => join(dir, folder))]
    .map((path) => asBatchFolder(path, set))
    .filter((found) => found !== undefined);
  const whole = folders.find(({ missing }) => missing.length === 0);
  if (whole !== undefined) return whole.source;
  const names = namesIn(dir) ?? [];
  const archive = set.archives.find(({ file }) => names.includes(file));
  if (archive !== undefined) return { form: 'archive', path: join(dir, archive.file), sets: [set] };
  const partial = folders[0];
  if (partial === undefined) return undefined;
  const problem = `${partial.missing.join(', ')} ${partial.missing.length === 1 ? 'is' : 'are'} missing`;
  throw alexnetError('ALEX_DATA_CORRUPT', { file: partial.source.path, problem });
}

/**
 * Finds CIFAR-10 or CIFAR-100 in the data folders (see dataDirs). Throws ALEX_DATA_MISSING, or ALEX_DATA_CORRUPT for a
 * folder with some of its files only, ALEX_DATA_UNREADABLE.
 */
export function findCifar(set: CifarSet, dataDir?: string): CifarSource {
  const dirs = dataDirs(dataDir);
  for (const dir of dirs) {
    const found = findIn(dir, set);
    if (found !== undefined) return found;
  }
  const looked = dirs.map((dir) => join(dir, set.archives[0]!.file));
  throw alexnetError('ALEX_DATA_MISSING', { dataset: set.name, looked });
}

/**
 * CIFAR at a path given by name: an archive, its folder, or a folder that has one of them; undefined when it is
 * something else. Throws ALEX_DATA_UNREADABLE, ALEX_DATA_CORRUPT for a folder with some of its files only.
 */
export function cifarAt(path: string): CifarSource | undefined {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
  if (!isFolder)
    return /\.(tar\.gz|tgz)$/i.test(path) ? { form: 'archive', path, sets: cifarSets } : undefined;
  for (const set of cifarSets) {
    const found = findIn(path, set);
    if (found !== undefined) return found;
  }
  return undefined;
}
