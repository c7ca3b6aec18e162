import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { alexnetError } from '../errors.ts';
import { readCifar10Archive } from './cifar10Archive.ts';
import { readBatch, type Records } from './cifar10Batch.ts';
import { cifar10Classes, cifar10ImageBytes, cifar10Side, recordsPerBatch } from './cifar10Files.ts';
import type { Cifar10Archive } from './cifar10Files.ts';
import { unreadable, type Cifar10Source } from './cifar10Locate.ts';
import type { MemoryDataset } from './dataset.ts';

type Split = 'train' | 'test';

export interface Cifar10Options {
  readonly split: Split;
  /** The first images only. */
  readonly limit?: number | undefined;
  /** Bytes read, and of all there is to read. */
  readonly onProgress?: ((bytes: number, total: number) => void) | undefined;
  /** Told of what is accepted but unusual. */
  readonly onNotice?: ((message: string) => void) | undefined;
}

/** Images of each split. */
export const cifar10Sizes = { train: 5 * recordsPerBatch, test: recordsPerBatch } as const;

interface SplitRecords {
  readonly images: Uint8Array<SharedArrayBuffer>;
  readonly labels: Uint8Array<SharedArrayBuffer>;
}

function allocate(split: Split, limit = Infinity): SplitRecords {
  const length = Math.min(limit, cifar10Sizes[split]);
  return {
    images: new Uint8Array(new SharedArrayBuffer(length * cifar10ImageBytes)),
    labels: new Uint8Array(new SharedArrayBuffer(length)),
  };
}

/** The part of a split that its batch number `index` fills. */
function batchOf({ images, labels }: SplitRecords, index: number): Records {
  const from = Math.min(labels.length, index * recordsPerBatch);
  const to = Math.min(labels.length, from + recordsPerBatch);
  return {
    images: images.subarray(from * cifar10ImageBytes, to * cifar10ImageBytes),
    labels: labels.subarray(from, to),
  };
}

/** The test split met on the way while the training split was read from an archive: 30 MB against another pass. */
let testOfLastArchive:
  | { readonly key: string; readonly records: SplitRecords; readonly notice?: string }
  | undefined;

/** Changes when the file does. */
async function archiveKey(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  return `${path} ${size} ${mtimeMs}`;
}

function otherChecksum(path: string): string {
  return `${path} is not the official archive (another checksum); its files and sizes are right, so it is used`;
}

async function loadFromArchive(path: string, options: Cifar10Options): Promise<SplitRecords> {
  const key = await archiveKey(path);
  if (options.split === 'test' && testOfLastArchive?.key === key) {
    return firstRecords(testOfLastArchive.records, options.limit);
  }
  const wanted: Partial<Record<Split, SplitRecords>> = { test: allocate('test') };
  if (options.split === 'train') wanted.train = allocate('train', options.limit);
  const { official } = await readCifar10Archive(path, {
    onProgress: options.onProgress,
    onBatch: (archive, file, bytes) => {
      const split: Split = archive.batches.test.includes(file) ? 'test' : 'train';
      const to = wanted[split];
      if (to === undefined) return;
      const records = batchOf(to, archive.batches[split].indexOf(file));
      readBatch(archive.version, bytes, `${file} in ${path}`, recordsPerBatch, records);
    },
  });
  if (!official) options.onNotice?.(otherChecksum(path));
  testOfLastArchive = { key, records: wanted.test! };
  return options.split === 'train' ? wanted.train! : firstRecords(wanted.test!, options.limit);
}

function firstRecords({ images, labels }: SplitRecords, limit = Infinity): SplitRecords {
  const length = Math.min(limit, labels.length);
  return { images: images.subarray(0, length * cifar10ImageBytes), labels: labels.subarray(0, length) };
}

async function loadFromFolder(
  path: string,
  archive: Cifar10Archive,
  options: Cifar10Options,
): Promise<SplitRecords> {
  const records = allocate(options.split, options.limit);
  const files = archive.batches[options.split];
  const needed = files.slice(0, Math.ceil(records.labels.length / recordsPerBatch));
  for (const [index, name] of needed.entries()) {
    const file = join(path, name);
    const bytes = await readFile(file).catch((error: unknown) => {
      throw unreadable(file, error);
    });
    readBatch(archive.version, bytes, file, recordsPerBatch, batchOf(records, index));
    options.onProgress?.(index + 1, needed.length);
  }
  return records;
}

/**
 * Loads a split: 50,000 training images in the order of data_batch_1 to 5, or 10,000 test images. All bytes are
 * checked. Throws ALEX_DATA_UNREADABLE, ALEX_DATA_FORM, ALEX_DATA_TRUNCATED, ALEX_DATA_CORRUPT, ALEX_DATA_LABEL,
 * ALEX_DATA_MEMBER, ALEX_OPTION_VALUE.
 */
export async function loadCifar10(source: Cifar10Source, options: Cifar10Options): Promise<MemoryDataset> {
  checkLimit(options.limit);
  const { images, labels } =
    source.form === 'archive'
      ? await loadFromArchive(source.path, options)
      : await loadFromFolder(source.path, source.archive, options);
  return {
    name: 'cifar10',
    split: options.split,
    classes: cifar10Classes,
    length: labels.length,
    height: cifar10Side,
    width: cifar10Side,
    images,
    labels,
  };
}

/** Throws ALEX_OPTION_VALUE unless the limit is absent or a whole number from 1. */
export function checkLimit(limit: number | undefined): void {
  if (limit === undefined || (Number.isInteger(limit) && limit >= 1)) return;
  throw alexnetError('ALEX_OPTION_VALUE', {
    option: 'limit',
    value: limit,
    expected: 'a whole number from 1',
  });
}
