/**
 * CIFAR-10's and CIFAR-100's files (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009), in both
 * versions.
 */

/** Side of the images. */
export const cifarSide = 32;
/** Bytes of an image, [3, 32, 32]. */
export const cifarImageBytes = 3 * cifarSide * cifarSide;

export type CifarSplit = 'train' | 'test';
export type CifarVersion = 'binary' | 'python';

export interface CifarArchive {
  readonly version: CifarVersion;
  /** The official archive. */
  readonly file: string;
  readonly bytes: number;
  readonly md5: string;
  /** The folder inside it. */
  readonly folder: string;
  /** Files in the folder by split, in order. */
  readonly batches: Readonly<Record<CifarSplit, readonly string[]>>;
  /** A file beside them that tells the folder from others with files of such common names. */
  readonly beside?: string;
}

export interface CifarSet {
  readonly name: 'cifar10' | 'cifar100';
  /** By label. */
  readonly classes: readonly string[];
  /** In each file of a split. */
  readonly recordsPerBatch: Readonly<Record<CifarSplit, number>>;
  /** Bytes before the pixels of a binary record; the last is the label. */
  readonly labelBytes: number;
  /** Where a pickled batch has its labels. */
  readonly labelsKey: string;
  readonly archives: readonly CifarArchive[];
}

export const cifar10: CifarSet = {
  name: 'cifar10',
  // As the article has them.
  classes: ['plane', 'car', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  recordsPerBatch: { train: 10_000, test: 10_000 },
  labelBytes: 1,
  labelsKey: 'labels',
  archives: [
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
  ],
};

const cifar100Classes =
  'apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly ' +
  'camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup ' +
  'dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower ' +
  'leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid ' +
  'otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray ' +
  'road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar ' +
  'sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle ' +
  'wardrobe whale willow_tree wolf woman worm';

/** With its 100 fine labels; the 20 coarse ones are not read. */
export const cifar100: CifarSet = {
  name: 'cifar100',
  classes: cifar100Classes.split(' '),
  recordsPerBatch: { train: 50_000, test: 10_000 },
  labelBytes: 2,
  labelsKey: 'fine_labels',
  archives: [
    {
      version: 'binary',
      file: 'cifar-100-binary.tar.gz',
      bytes: 168_513_733,
      md5: '03b5dce01913d631647c71ecec9e9cb8',
      folder: 'cifar-100-binary',
      batches: { train: ['train.bin'], test: ['test.bin'] },
    },
    {
      version: 'python',
      file: 'cifar-100-python.tar.gz',
      bytes: 169_001_437,
      md5: 'eb9058c3a382ffc7106e4002c42a8d85',
      folder: 'cifar-100-python',
      batches: { train: ['train'], test: ['test'] },
      beside: 'meta',
    },
  ],
};

export const cifarSets: readonly CifarSet[] = [cifar10, cifar100];

/** Images of a split. */
export function cifarLength({ recordsPerBatch, archives }: CifarSet, split: CifarSplit): number {
  return recordsPerBatch[split] * archives[0]!.batches[split].length;
}

/** The split that a file of an archive belongs to; undefined when it is none of its batches. */
export function splitOfBatch({ batches }: CifarArchive, file: string): CifarSplit | undefined {
  if (batches.train.includes(file)) return 'train';
  return batches.test.includes(file) ? 'test' : undefined;
}
