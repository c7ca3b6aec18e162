import { alexnetError, AlexnetError } from '../errors.ts';
import { cifarLength, cifarSets, cifarSide, type CifarSet } from './cifar/cifarSets.ts';
import { checkLimit, loadCifar } from './cifar/loadCifar.ts';
import type { Dataset, MemoryDataset, Split } from './dataset.ts';
import { fetchCifar } from './download.ts';
import { loadIdx } from './idx.ts';
import { defaultSplit } from './imageSets/assignSplits.ts';
import { loadImageSet } from './imageSets/loadImageSet.ts';
import type { BadImagePolicy } from './batches.ts';
import { listedOnce, locateDataset, type LocatedDataset } from './locateDataset.ts';
import { generateShapes, shapesClasses, shapesSizes } from './shapes.ts';

export interface LoadOptions {
  /** `all`, of a set of image files only: every image, as a training set. */
  readonly split: Split | 'all';
  /** Where to look for downloaded sets; see dataDirs. */
  readonly dataDir?: string | undefined;
  /** The first images only; of a set of image files, the first of each class in turn. */
  readonly limit?: number | undefined;
  /** Of `shapes`. Default 0. */
  readonly seed?: number | undefined;
  /** Downloads the set when it is not there. Default false. */
  readonly download?: boolean | undefined;
  /** What happens when image files are broken. Default refuse. */
  readonly onBadImage?: BadImagePolicy | undefined;
  /** Share of each class to test on, of a set of image files that has no split of its own. Default 0.2. */
  readonly testFraction?: number | undefined;
  /** Decides which images those are. Default 0. */
  readonly splitSeed?: number | undefined;
  /** Work done, and of how much. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Told of what is accepted but unusual, such as an archive with another checksum. */
  readonly onNotice?: ((message: string) => void) | undefined;
  /** Told of each image file that is left out, by a message that names it. Default: a notice. */
  readonly onSkipped?: ((problem: string) => void) | undefined;
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

const descriptions: Readonly<Record<CifarSet['name'], string>> = {
  cifar10: 'CIFAR-10: photographs of ten kinds of animals and vehicles, as in the article',
  cifar100: 'CIFAR-100: photographs of a hundred kinds of things',
};

const known: readonly DatasetInfo[] = [
  ...cifarSets.map((set) => ({
    name: set.name,
    description: descriptions[set.name],
    classes: set.classes,
    train: cifarLength(set, 'train'),
    test: cifarLength(set, 'test'),
    height: cifarSide,
    width: cifarSide,
    embedded: false,
  })),
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

/**
 * Loads one split of a data set: `cifar10` or `cifar100` from the data folders, `shapes` drawn on the spot, or what is at
 * a path: CIFAR, idx files, an image folder, a list of images, shards. Image files are not decoded yet, only their
 * headers are looked at. Throws ALEX_DATA_UNKNOWN, ALEX_DATA_MISSING, ALEX_OPTION_VALUE, ALEX_DATA_SPLIT when the set
 * has no such split, and what the kind's own reader throws.
 */
export async function loadDataset(
  name: 'cifar10' | 'cifar100' | 'shapes',
  options: LoadOptions,
): Promise<MemoryDataset>;
export async function loadDataset(name: string, options: LoadOptions): Promise<Dataset>;
export async function loadDataset(name: string, options: LoadOptions): Promise<Dataset> {
  checkLimit(options.limit);
  const set = cifarSets.find((candidate) => candidate.name === name);
  if (set !== undefined && options.download === true) await fetchCifar(set, { dataDir: options.dataDir });
  return openDataset(locateDataset(name, options.dataDir), options);
}

/** Loads one split of a set that was found; see loadDataset. */
export async function openDataset(located: LocatedDataset, options: LoadOptions): Promise<Dataset> {
  if (located.kind === 'images') {
    const { path, list } = located;
    const { onBadImage = 'refuse', testFraction, splitSeed } = checkSplit(options);
    return loadImageSet(path, await list(), { ...options, onBadImage, testFraction, splitSeed });
  }
  const { split, limit } = options;
  if (split !== 'train' && split !== 'test') {
    const dataset = located.kind === 'shapes' ? 'shapes' : located.path;
    throw alexnetError('ALEX_DATA_SPLIT', { dataset, split, has: ['train', 'test'] });
  }
  if (located.kind === 'shapes') return generateShapes(split, options);
  if (located.kind === 'idx') return loadIdx(located.source, split, limit);
  return loadCifar(located.source, { ...options, split });
}

function checkSplit(options: LoadOptions): LoadOptions & { testFraction: number; splitSeed: number } {
  const { testFraction = defaultSplit.testFraction, splitSeed = defaultSplit.splitSeed } = options;
  if (!(testFraction > 0 && testFraction < 1)) {
    throw alexnetError('ALEX_OPTION_VALUE', {
      option: 'testFraction',
      value: testFraction,
      expected: 'a number over 0 and under 1',
    });
  }
  return { ...options, testFraction, splitSeed };
}

/** What a training takes of a data set. */
export interface DatasetSplits {
  readonly train: Dataset;
  readonly test: Dataset;
  /** Images to choose by while training; absent where a set has none of its own. */
  readonly validation?: Dataset;
}

export interface SplitsOptions extends Omit<
  LoadOptions,
  'split' | 'limit' | 'seed' | 'download' | 'onProgress'
> {
  readonly limitTrain?: number | undefined;
  /** Image files that were looked at, of those of a split. */
  readonly onProgress?: LoadOptions['onProgress'];
  /** Of validation images too. */
  readonly limitTest?: number | undefined;
}

/** Loads all splits of a data set; a set of image files is listed once for all. Throws what loadDataset throws. */
export async function loadSplits(name: string, options: SplitsOptions): Promise<DatasetSplits> {
  const { limitTrain, limitTest, onNotice, onProgress, ...others } = options;
  const told = new Set<string>();
  const given: Omit<LoadOptions, 'split' | 'onProgress'> & { onProgress?: LoadOptions['onProgress'] } = {
    ...others,
    onNotice: (message: string) => {
      if (!told.has(message)) onNotice?.(message);
      told.add(message);
    },
  };
  const located = await listedOnce(locateDataset(name, options.dataDir));
  // Other sets count bytes, and are soon read.
  if (located.kind === 'images') given.onProgress = onProgress;
  const train = await openDataset(located, { ...given, split: 'train', limit: limitTrain });
  const validation = await openIfThere(located, { ...given, split: 'validation', limit: limitTest });
  const test = await openDataset(located, { ...given, split: 'test', limit: limitTest });
  return { train, test, ...(validation && { validation }) };
}

async function openIfThere(located: LocatedDataset, options: LoadOptions): Promise<Dataset | undefined> {
  try {
    return await openDataset(located, options);
  } catch (error) {
    if (error instanceof AlexnetError && error.code === 'ALEX_DATA_SPLIT') return undefined;
    throw error;
  }
}
