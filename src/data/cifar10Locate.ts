/** Where CIFAR-10 is: an archive or an extracted folder, of either version. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { alexnetError } from '../errors.ts';
import { cifar10Archives, type Cifar10Archive } from './cifar10Files.ts';
import { dataDirs } from './locations.ts';

export type Cifar10Source =
  | { readonly form: 'archive'; readonly path: string }
  | { readonly form: 'folder'; readonly path: string; readonly archive: Cifar10Archive };

/** Names in a folder; undefined when there is no such folder. Throws ALEX_DATA_UNREADABLE. */
function namesIn(path: string): readonly string[] | undefined {
  try {
    return readdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unreadable(path, error);
  }
}

/** The error for a file that the system does not let us read. */
export function unreadable(path: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ENOENT: 'it does not exist',
    EISDIR: 'it is a folder',
  };
  const reason = reasons[code ?? ''] ?? message;
  return alexnetError('ALEX_DATA_UNREADABLE', { path, reason }, error);
}

function batchFiles(archive: Cifar10Archive): readonly string[] {
  return [...archive.batches.train, ...archive.batches.test];
}

/** The folder as a source when any batch file of a version is in it. */
function asBatchFolder(path: string): { source: Cifar10Source; missing: readonly string[] } | undefined {
  const names = namesIn(path);
  if (names === undefined) return undefined;
  for (const archive of cifar10Archives) {
    const missing = batchFiles(archive).filter((file) => !names.includes(file));
    if (missing.length < batchFiles(archive).length) {
      return { source: { form: 'folder', path, archive }, missing };
    }
  }
  return undefined;
}

/** In one folder: whole batch folders first, then archives; undefined when there is nothing. */
function findIn(dir: string): Cifar10Source | undefined {
  const folders = [dir, ...cifar10Archives.map(({ folder }) => join(dir, folder))]
    .map(asBatchFolder)
    .filter((found) => found !== undefined);
  const whole = folders.find(({ missing }) => missing.length === 0);
  if (whole !== undefined) return whole.source;
  const names = namesIn(dir) ?? [];
  const archive = cifar10Archives.find(({ file }) => names.includes(file));
  if (archive !== undefined) return { form: 'archive', path: join(dir, archive.file) };
  const partial = folders[0];
  if (partial === undefined) return undefined;
  const problem = `${partial.missing.join(', ')} ${partial.missing.length === 1 ? 'is' : 'are'} missing`;
  throw alexnetError('ALEX_DATA_CORRUPT', { file: partial.source.path, problem });
}

/**
 * Finds CIFAR-10 in the data folders (see dataDirs). Throws ALEX_DATA_MISSING, or ALEX_DATA_CORRUPT for a folder
 * with some of its files only, ALEX_DATA_UNREADABLE.
 */
export function findCifar10(dataDir?: string): Cifar10Source {
  const dirs = dataDirs(dataDir);
  for (const dir of dirs) {
    const found = findIn(dir);
    if (found !== undefined) return found;
  }
  const looked = dirs.map((dir) => join(dir, cifar10Archives[0]!.file));
  throw alexnetError('ALEX_DATA_MISSING', { dataset: 'cifar10', looked });
}

/** CIFAR-10 at a path given by name: an archive, its folder, or a folder that has one of them. */
export function cifar10At(path: string): Cifar10Source {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
  if (isFolder) {
    const found = findIn(path);
    if (found !== undefined) return found;
    const names = namesIn(path) ?? [];
    const some = names.slice(0, 3).join(', ') + (names.length > 3 ? ', …' : '');
    throw alexnetError('ALEX_DATA_FORM', {
      path,
      found: names.length === 0 ? 'an empty folder' : `a folder of ${some}`,
    });
  }
  if (!/\.(tar\.gz|tgz)$/.test(path)) {
    throw alexnetError('ALEX_DATA_FORM', { path, found: `a file named ${basename(path)}` });
  }
  return { form: 'archive', path };
}
