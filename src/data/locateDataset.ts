/** What a name or a path of a data set means, told from names of files alone where that is enough. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { alexnetError } from '../errors.ts';
import { cifarSets } from './cifar/cifarSets.ts';
import { cifarAt, findCifar, type CifarSource } from './cifar/locateCifar.ts';
import { findIdx, type IdxSource } from './idx.ts';
import { listImageFolder } from './imageSets/imageFolder.ts';
import { isImageList, readImageList } from './imageSets/imageList.ts';
import type { ImageListing } from './imageSets/listing.ts';
import { findShards, listShards } from './imageSets/shards.ts';
import { unreadable } from './unreadable.ts';

export type LocatedDataset =
  | { readonly kind: 'shapes' }
  | { readonly kind: 'cifar'; readonly path: string; readonly source: CifarSource }
  | { readonly kind: 'idx'; readonly path: string; readonly source: IdxSource }
  | {
      readonly kind: 'images';
      readonly path: string;
      readonly form: 'image folder' | 'list' | 'shards';
      readonly list: () => Promise<ImageListing>;
    };

/** The data sets that can be asked for by name. */
export const datasetNames: readonly string[] = [...cifarSets.map(({ name }) => name), 'shapes'];

/** A word that can only be meant as a path, or one that is there. */
export function isPath(nameOrPath: string): boolean {
  return !datasetNames.includes(nameOrPath) && (/[/\\.]/.test(nameOrPath) || existsSync(nameOrPath));
}

/**
 * Finds a data set by name, in the data folders, or at a path. Throws ALEX_DATA_UNKNOWN, ALEX_DATA_MISSING,
 * ALEX_DATA_FORM when nothing at the path is known, ALEX_DATA_UNREADABLE, ALEX_DATA_CORRUPT.
 */
export function locateDataset(nameOrPath: string, dataDir?: string): LocatedDataset {
  if (nameOrPath === 'shapes') return { kind: 'shapes' };
  const set = cifarSets.find(({ name }) => name === nameOrPath);
  if (set !== undefined) {
    const source = findCifar(set, dataDir);
    return { kind: 'cifar', path: source.path, source };
  }
  if (!isPath(nameOrPath)) throw alexnetError('ALEX_DATA_UNKNOWN', { name: nameOrPath, known: datasetNames });
  return datasetAt(nameOrPath);
}

function datasetAt(path: string): LocatedDataset {
  if (/\{\d+\.\.\d+\}[^/]*\.tar$/.test(path)) return shardsAt(path)!;
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    throw unreadable(path, error);
  }
  const cifar = cifarAt(path);
  if (cifar !== undefined) return { kind: 'cifar', path: cifar.path, source: cifar };
  const found = isFolder ? folderAt(path) : fileAt(path);
  if (found !== undefined) return found;
  throw alexnetError('ALEX_DATA_FORM', {
    path,
    found: isFolder ? contents(path) : `a file named ${basename(path)}`,
  });
}

function folderAt(path: string): LocatedDataset | undefined {
  const idx = findIdx(path);
  if (idx !== undefined) return { kind: 'idx', path, source: idx };
  const shards = shardsAt(path);
  if (shards !== undefined) return shards;
  const hasFolders = readdirSync(path, { withFileTypes: true }).some(
    (entry) => !entry.isFile() && !entry.name.startsWith('.'),
  );
  if (!hasFolders) return undefined;
  return { kind: 'images', form: 'image folder', path, list: async () => listImageFolder(path) };
}

function fileAt(path: string): LocatedDataset | undefined {
  if (isImageList(path)) return { kind: 'images', form: 'list', path, list: async () => readImageList(path) };
  return path.toLowerCase().endsWith('.tar') ? shardsAt(path) : undefined;
}

function shardsAt(path: string): LocatedDataset | undefined {
  const { root, files } = findShards(path);
  if (files.length === 0) return undefined;
  return { kind: 'images', form: 'shards', path, list: () => listShards(root, files) };
}

function contents(path: string): string {
  const names = readdirSync(path);
  if (names.length === 0) return 'an empty folder';
  return `a folder of ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`;
}

/** The same, with image sets listed once for all their splits. Throws what listing throws. */
export async function listedOnce(located: LocatedDataset): Promise<LocatedDataset> {
  if (located.kind !== 'images') return located;
  const listing = await located.list();
  return { ...located, list: async () => listing };
}
