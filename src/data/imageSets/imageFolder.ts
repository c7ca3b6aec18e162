/** Folders of images: a folder a class, as torchvision's ImageFolder, with or without train, val and test above. */
import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { extname, join } from 'node:path';
import { alexnetError } from '../../errors.ts';
import { unreadable } from '../unreadable.ts';
import type { Split } from '../dataset.ts';
import { byCodePoint, splitNamed, type ImageListing, type ListedImage } from './listing.ts';

const imageExtensions = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.bmp']);

/** Whether a file is named as an image that can be decoded. */
export function hasImageExtension(name: string): boolean {
  return imageExtensions.has(extname(name).toLowerCase());
}

/** Folders deep that images of a class may lie. */
const mostDepth = 32;

interface Found {
  readonly images: ListedImage[];
  /** Paths of files that are no images by their names. */
  readonly others: string[];
}

/**
 * Lists an image folder. Its folders are the classes; or `train`, `val` and `test` (also `training`, `valid`,
 * `validation`, `testing`), each with the folders of the classes. Images may lie deeper in a class's folder. Hidden
 * files and folders are left aside.
 * Throws ALEX_DATA_FORM, ALEX_DATA_UNREADABLE.
 */
export function listImageFolder(root: string): ImageListing {
  const folders = foldersIn(root);
  const splits = splitFolders(root, folders);
  const found: Found = { images: [], others: [] };
  if (splits === undefined) {
    for (const name of folders) listClass({ root, path: name, class: name }, found);
  } else {
    for (const [split, folder] of splits) {
      for (const name of foldersIn(join(root, folder))) {
        listClass({ root, path: `${folder}/${name}`, class: name, split }, found);
      }
    }
  }
  return { root, classes: classesOf(root, found.images), images: found.images, notices: noticesOf(found) };
}

/** The folders of the splits; undefined when the folders are classes. */
function splitFolders(root: string, folders: readonly string[]): ReadonlyMap<Split, string> | undefined {
  const splits = new Map<Split, string>();
  for (const folder of folders) {
    const split = splitNamed(folder);
    if (split === undefined) continue;
    const other = splits.get(split);
    if (other !== undefined) {
      throw alexnetError('ALEX_DATA_FORM', {
        path: root,
        found: `both ${other} and ${folder}, which mean the same`,
      });
    }
    splits.set(split, folder);
  }
  if (!splits.has('train')) return undefined;
  return splits;
}

/** Of the training images, when there are splits: a class that is only tested on could not be learned. */
function classesOf(root: string, images: readonly ListedImage[]): readonly string[] {
  const known = new Set(
    images.filter(({ split }) => split === undefined || split === 'train').map((image) => image.class),
  );
  const stranger = images.find((image) => !known.has(image.class));
  if (stranger !== undefined) {
    const found = `${stranger.name}, of a class that has no training images`;
    throw alexnetError('ALEX_DATA_FORM', { path: root, found });
  }
  return [...known].sort(byCodePoint);
}

function noticesOf({ others }: Found): string[] {
  if (others.length === 0) return [];
  const some = others.slice(0, 3).join(', ') + (others.length > 3 ? ', …' : '');
  const files = others.length === 1 ? '1 file is' : `${others.length} files are`;
  return [`${files} left aside, no PNG, JPEG, WebP, GIF or BMP by name: ${some}`];
}

interface ClassFolder {
  readonly root: string;
  /** From `root`. */
  readonly path: string;
  readonly class: string;
  readonly split?: Split;
}

function listClass(folder: ClassFolder, found: Found): void {
  const before = found.images.length;
  walk(folder, folder.path, found, [realpathSync(join(folder.root, folder.path))]);
  if (found.images.length === before && (folder.split === undefined || folder.split === 'train')) {
    const path = join(folder.root, folder.path);
    throw alexnetError('ALEX_DATA_FORM', { path, found: 'a class folder without images' });
  }
}

function walk(folder: ClassFolder, path: string, found: Found, above: readonly string[]): void {
  for (const entry of entriesIn(join(folder.root, path))) {
    const inside = `${path}/${entry.name}`;
    const kind = kindOf(join(folder.root, inside), entry);
    if (kind === 'folder') {
      const real = realpathSync(join(folder.root, inside));
      // A link to a folder above would lead round in a circle.
      if (!above.includes(real) && above.length < mostDepth) walk(folder, inside, found, [...above, real]);
    } else if (kind === 'file' && hasImageExtension(entry.name)) {
      found.images.push({ name: inside, class: folder.class, split: folder.split });
    } else found.others.push(inside);
  }
}

function kindOf(path: string, entry: Dirent): 'folder' | 'file' | 'other' {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink()) return 'other';
  const linked = statSync(path, { throwIfNoEntry: false });
  if (linked?.isDirectory() === true) return 'folder';
  // A link to nothing is a broken image if it is named like one.
  return linked === undefined || linked.isFile() ? 'file' : 'other';
}

/** In the order of their names; hidden ones are left out. */
function entriesIn(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.'))
      .sort((a, b) => byCodePoint(a.name, b.name));
  } catch (error) {
    throw unreadable(path, error);
  }
}

function foldersIn(path: string): string[] {
  return entriesIn(path)
    .filter((entry) => kindOf(join(path, entry.name), entry) === 'folder')
    .map(({ name }) => name);
}
