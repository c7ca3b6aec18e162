import { existsSync } from 'node:fs';
import { alexnetError } from '../errors.ts';
import { cifar10Classes } from './cifar10Files.ts';
import { checkLimit, cifar10Sizes, loadCifar10 } from './cifar10.ts';
import { cifar10At, findCifar10 } from './cifar10Locate.ts';
import type { Dataset, MemoryDataset } from './dataset.ts';
import { fetchCifar10 } from './download.ts';
import { generateShapes, shapesClasses, shapesSizes } from './shapes.ts';

export interface LoadOptions {
  readonly split: 'train' | 'test';
  /** Where to look for downloaded sets; see dataDirs. */
  readonly dataDir?: string | undefined;
  /** The first images only. */
  readonly limit?: number | undefined;
  /** Of `shapes`. Default 0. */
  readonly seed?: number | undefined;
  /** Downloads the set when it is not there. Default false. */
  readonly download?: boolean | undefined;
  /** Work done, and of how much. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Told of what is accepted but unusual, such as an archive with another checksum. */
  readonly onNotice?: ((message: string) => void) | undefined;
}

export interface DatasetInfo {
  readonly name: string;
  readonly description: string;
  readonly classes: readonly string[];
  /** Images of each split. */
  readonly train: number;
  readonly test: number;
  readonly height: number;
  readonly width: number;
  /** Made here, with nothing to download. */
  readonly embedded: boolean;
}

const known: readonly DatasetInfo[] = [
  {
    name: 'cifar10',
    description: 'CIFAR-10: photographs of ten kinds of animals and vehicles, as in the article',
    classes: cifar10Classes,
    ...cifar10Sizes,
    height: 32,
    width: 32,
    embedded: false,
  },
  {
    name: 'shapes',
    description: 'drawn shapes, textures and colour patterns, generated from a seed',
    classes: shapesClasses,
    ...shapesSizes,
    height: 32,
    width: 32,
    embedded: true,
  },
];

/** The data sets that can be asked for by name. */
export function listDatasets(): readonly DatasetInfo[] {
  return known;
}

export const datasetNames: readonly string[] = known.map(({ name }) => name);

/** A word that can only be meant as a path, or one that is there. */
export function isPath(nameOrPath: string): boolean {
  return !datasetNames.includes(nameOrPath) && (/[/\\.]/.test(nameOrPath) || existsSync(nameOrPath));
}

/**
 * Loads one split of a data set: `cifar10` from the data folders, `shapes` drawn on the spot, or CIFAR-10 at a
 * path. Throws ALEX_DATA_UNKNOWN, ALEX_DATA_MISSING, ALEX_OPTION_VALUE and what loadCifar10 throws.
 */
export async function loadDataset(name: 'cifar10' | 'shapes', options: LoadOptions): Promise<MemoryDataset>;
export async function loadDataset(name: string, options: LoadOptions): Promise<Dataset>;
export async function loadDataset(name: string, options: LoadOptions): Promise<Dataset> {
  checkLimit(options.limit);
  if (name === 'shapes') return generateShapes(options.split, options);
  if (name === 'cifar10') {
    if (options.download === true) await fetchCifar10({ dataDir: options.dataDir });
    return loadCifar10(findCifar10(options.dataDir), options);
  }
  if (isPath(name)) return loadCifar10(cifar10At(name), options);
  throw alexnetError('ALEX_DATA_UNKNOWN', { name, known: datasetNames });
}
