/** What every kind of image set comes to: a list of images with their classes. */
import { alexnetError } from '../../errors.ts';
import type { Split } from '../dataset.ts';

export interface ListedImage {
  /** Path from the listing's root, or its name inside its shard. */
  readonly name: string;
  readonly class: string;
  /** Where the set says to which split it belongs. */
  readonly split?: Split | undefined;
  /** Where it lies when it is a part of a larger file. */
  readonly place?: { readonly shard: number; readonly offset: number; readonly bytes: number };
}

export interface ImageListing {
  readonly root: string;
  /** In the order of their labels. */
  readonly classes: readonly string[];
  readonly images: readonly ListedImage[];
  /** Larger files that hold images, as paths from `root`. */
  readonly shards?: readonly string[];
  /** What was passed over, for people. */
  readonly notices: readonly string[];
}

/** Other words for splits, as folders, files and lists have them. */
const splitWords: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
  testing: 'test',
};

/** The split that a word names, in any case of letters; undefined when it names none. */
export function splitNamed(word: string): Split | undefined {
  const key = word.toLowerCase();
  return Object.hasOwn(splitWords, key) ? splitWords[key] : undefined;
}

/** Order by code points, as Python sorts: UTF-16 units put a few characters elsewhere. */
export function byCodePoint(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = rankOf(a.charCodeAt(i)) - rankOf(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Surrogates, which stand for the highest code points, come after all other units. */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

/** Class names in the order of their labels: by code point, or by value when all are whole numbers. */
export function classOrder(names: Iterable<string>): string[] {
  const classes = [...new Set(names)];
  const numbers = classes.every((name) => /^(0|[1-9]\d{0,14})$/.test(name));
  return classes.sort(numbers ? (a, b) => Number(a) - Number(b) : byCodePoint);
}

/** Most classes: labels have two bytes. */
export const mostClasses = 65_536;

/** Throws ALEX_DATA_FORM unless there are images of two classes at least, and no more classes than labels can tell apart. */
export function checkListing(path: string, { classes, images }: ImageListing): void {
  if (images.length === 0) throw alexnetError('ALEX_DATA_FORM', { path, found: 'nothing that holds images' });
  if (classes.length < 2) {
    throw alexnetError('ALEX_DATA_FORM', { path, found: `images of one class only, ${classes[0]}` });
  }
  if (classes.length > mostClasses) {
    throw alexnetError('ALEX_DATA_FORM', {
      path,
      found: `${classes.length} classes, and no more than ${mostClasses} can be told apart`,
    });
  }
}
