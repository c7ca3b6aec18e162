/** torchvision.datasets, as far as this package has them. */
import type { Dataset, MemoryDataset } from '../data/dataset.ts';
import { cifar100 as cifar100Set } from '../data/cifar/cifarSets.ts';
import { loadDataset, type LoadOptions } from '../data/datasets.ts';
import { fetchCifar, fetchCifar10, type DownloadProgress } from '../data/download.ts';
import { checkTransforms, type TransformStep } from '../data/transforms.ts';

/** Images with labels, and what is done to each before a model sees it. */
export interface ImageDataset<Data extends Dataset = Dataset> {
  readonly dataset: Data;
  readonly transform: readonly TransformStep[];
  readonly classes: readonly string[];
  /** Number of images. */
  readonly length: number;
}

export interface DatasetOptions {
  /** The images to train on, or those to test on. Default true. */
  readonly train?: boolean;
  /** From an image to a tensor: transforms.compose([…]). */
  readonly transform: readonly TransformStep[];
  /** The first so many images only. */
  readonly limit?: number;
}

export interface Cifar10Options extends DatasetOptions {
  /** The folder of the archive, or of the files unpacked from it. */
  readonly root: string;
  /** Fetches the archive when it is not in `root`. Default false. */
  readonly download?: boolean;
  /** Told how the download gets on. Default: one line on standard error when it begins. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

export interface ShapesOptions extends DatasetOptions {
  /** Of the drawn images. Default 0. */
  readonly seed?: number;
}

/** What is done about the files and the split of a set of image files. */
type FileOptions = Pick<LoadOptions, 'limit' | 'onBadImage' | 'testFraction' | 'splitSeed' | 'onNotice'>;

export interface ImageFolderOptions extends FileOptions, Pick<DatasetOptions, 'train' | 'transform'> {
  /** The folder that the classes' folders are in, or `train` and `test` with those. */
  readonly root: string;
}

export interface OpenOptions extends FileOptions, Pick<DatasetOptions, 'transform'> {
  readonly path: string;
  readonly split: LoadOptions['split'];
}

/** CIFAR-10: 50,000 images to train on and 10,000 to test on, 32×32. Throws ALEX_DATA_…, ALEX_OPTION_VALUE. */
async function cifar10(options: Cifar10Options): Promise<ImageDataset<MemoryDataset>> {
  const { root, download = false, onProgress = announcement() } = options;
  if (download) await fetchCifar10({ dataDir: root, onProgress });
  return load('cifar10', options, { dataDir: root });
}

/** The embedded set: ten classes of drawn shapes, textures and colours, 32×32. Throws ALEX_OPTION_VALUE. */
async function shapes({ seed, ...options }: ShapesOptions): Promise<ImageDataset<MemoryDataset>> {
  return load('shapes', options, { seed });
}

/** CIFAR-100 with its 100 fine labels: as many images as CIFAR-10. Throws ALEX_DATA_…, ALEX_OPTION_VALUE. */
async function cifar100(options: Cifar10Options): Promise<ImageDataset<MemoryDataset>> {
  const { root, download = false, onProgress = announcement() } = options;
  if (download) await fetchCifar(cifar100Set, { dataDir: root, onProgress });
  return load('cifar100', options, { dataDir: root });
}

/**
 * A folder of images with a folder for each class, as torchvision's ImageFolder: classes are sorted by name. Images are
 * decoded when they are wanted; the transform must bring all to one size, as a crop does. Without `train` it takes every
 * image; with it, a set's own `train` or `test` folder, or a share of each class. Throws ALEX_DATA_…, ALEX_OPTION_VALUE.
 */
async function imageFolder({ root, train, ...options }: ImageFolderOptions): Promise<ImageDataset> {
  const split = train === undefined ? 'all' : train ? 'train' : 'test';
  return open({ ...options, path: root, split });
}

/**
 * Whatever data set is at a path: an image folder, a list (.csv, .jsonl), shards (.tar), idx files as MNIST's, CIFAR.
 * Throws ALEX_DATA_…, ALEX_OPTION_VALUE.
 */
async function open({ path, transform, ...options }: OpenOptions): Promise<ImageDataset> {
  const steps = checkTransforms(transform);
  const onNotice = (message: string): void => console.error(`note: ${message}`);
  const dataset = await loadDataset(path, { onNotice, ...options });
  return { dataset, transform: steps, classes: dataset.classes, length: dataset.length };
}

export const datasets = { cifar10, cifar100, imageFolder, open, shapes } as const;

async function load(
  name: 'cifar10' | 'cifar100' | 'shapes',
  { train = true, transform, limit }: DatasetOptions,
  where: { dataDir?: string; seed?: number },
): Promise<ImageDataset<MemoryDataset>> {
  const steps = checkTransforms(transform);
  const dataset = await loadDataset(name, { split: train ? 'train' : 'test', limit, ...where });
  return { dataset, transform: steps, classes: dataset.classes, length: dataset.length };
}

/** Says where from, so that nobody waits without knowing for what. */
function announcement(): (progress: DownloadProgress) => void {
  let announced: string | undefined;
  return ({ url }) => {
    if (url !== announced) console.error(`Downloading ${url}`);
    announced = url;
  };
}
