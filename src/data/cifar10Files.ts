/** CIFAR-10's files (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009), in both versions. */

/** Class names by label, as the article has them. */
export const cifar10Classes: readonly string[] = [
  'plane',
  'car',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

/** Side of the images. */
export const cifar10Side = 32;
/** Bytes of an image, [3, 32, 32]. */
export const cifar10ImageBytes = 3 * cifar10Side * cifar10Side;
export const recordsPerBatch = 10_000;

export type Cifar10Version = 'binary' | 'python';

export interface Cifar10Archive {
  readonly version: Cifar10Version;
  /** The official archive. */
  readonly file: string;
  readonly bytes: number;
  readonly md5: string;
  /** The folder inside it. */
  readonly folder: string;
  /** Files in the folder by split, in order. */
  readonly batches: Readonly<Record<'train' | 'test', readonly string[]>>;
}

export const cifar10Archives: readonly Cifar10Archive[] = [
  {
    version: 'binary',
    file: 'cifar-10-binary.tar.gz',
    bytes: 170_052_171,
    md5: 'c32a1d4ab5d03f1284b67883e8d87530',
    folder: 'cifar-10-batches-bin',
    batches: {
      train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
      test: ['test_batch.bin'],
    },
  },
  {
    version: 'python',
    file: 'cifar-10-python.tar.gz',
    bytes: 170_498_071,
    md5: 'c58f30108f718f92721af3b95e74349a',
    folder: 'cifar-10-batches-py',
    batches: {
      train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}`),
      test: ['test_batch'],
    },
  },
];
