import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { alexnetError } from '../../errors.ts';
import type { MemoryDataset } from '../dataset.ts';
import { unreadable } from '../unreadable.ts';
import { readCifarArchive, type CifarBatch } from './cifarArchive.ts';
import { readBatch, type Records } from './cifarBatch.ts';
import { cifarImageBytes, cifarLength, cifarSide, type CifarSet, type CifarSplit } from './cifarSets.ts';
import type { CifarSource } from './locateCifar.ts';

export interface CifarOptions {
  readonly split: CifarSplit;
  /** The first images only. */
  readonly limit?: number | undefined;
  /** Bytes read, and of all there is to read. */
  readonly onProgress?: ((bytes: number, total: number) => void) | undefined;
  /** Told of what is accepted but unusual. */
  readonly onNotice?: ((message: string) => void) | undefined;
}

interface SplitRecords {
  readonly set: CifarSet;
  readonly images: Uint8Array<SharedArrayBuffer>;
  readonly labels: Uint8Array<SharedArrayBuffer>;
}

function allocate(set: CifarSet, split: CifarSplit, limit = Infinity): SplitRecords {
  const length = Math.min(limit, cifarLength(set, split));
  return {
    set,
    images: new Uint8Array(new SharedArrayBuffer(length * cifarImageBytes)),
    labels: new Uint8Array(new SharedArrayBuffer(length)),
  };
}

/** Checks a batch and puts its records where they belong in the split. */
function place(
  { set, archive, split, file, index }: CifarBatch,
  folder: string,
  bytes: Uint8Array,
  to: SplitRecords,
): void {
  const { labelBytes, labelsKey, classes, recordsPerBatch } = set;
  const count = recordsPerBatch[split];
  const form = { version: archive.version, labelBytes, labelsKey, classes: classes.length, count };
  readBatch(form, bytes, folder === '' ? file : `${file} in ${folder}`, part(to, index * count, count));
}

function part({ images, labels }: SplitRecords, first: number, count: number): Records {
  const from = Math.min(labels.length, first);
  const to = Math.min(labels.length, from + count);
  return {
    images: images.subarray(from * cifarImageBytes, to * cifarImageBytes),
    labels: labels.subarray(from, to),
  };
}

/** The test split met on the way while the training split was read from an archive: 30 MB against another pass. */
let testOfLastArchive: { readonly key: string; readonly records: SplitRecords } | undefined;

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

async function loadFromArchive(
  path: string,
  sets: readonly CifarSet[],
  { split, limit, onProgress, onNotice }: CifarOptions,
): Promise<SplitRecords> {
  const key = await archiveKey(path);
  if (split === 'test' && testOfLastArchive?.key === key)
    return firstRecords(testOfLastArchive.records, limit);
  const records: Partial<Record<CifarSplit, SplitRecords>> = {};
  const { official } = await readCifarArchive(path, sets, {
    onProgress,
    onBatch: (batch, bytes) => {
      if (split === 'test' && batch.split === 'train') return;
      // All test images are kept for later, whatever the limit.
      records[batch.split] ??= allocate(batch.set, batch.split, batch.split === 'test' ? undefined : limit);
      place(batch, path, bytes, records[batch.split]!);
    },
  });
  if (!official) onNotice?.(otherChecksum(path));
  testOfLastArchive = { key, records: records.test! };
  return firstRecords(records[split]!, limit);
}

function firstRecords({ set, images, labels }: SplitRecords, limit = Infinity): SplitRecords {
  const length = Math.min(limit, labels.length);
  return { set, images: images.subarray(0, length * cifarImageBytes), labels: labels.subarray(0, length) };
}

async function loadFromFolder(
  { path, set, archive }: Extract<CifarSource, { form: 'folder' }>,
  { split, limit, onProgress }: CifarOptions,
): Promise<SplitRecords> {
  const records = allocate(set, split, limit);
  const needed = archive.batches[split].slice(
    0,
    Math.ceil(records.labels.length / set.recordsPerBatch[split]),
  );
  for (const [index, name] of needed.entries()) {
    const file = join(path, name);
    const bytes = await readFile(file).catch((error: unknown) => {
      throw unreadable(file, error);
    });
    place({ set, archive, split, file, index }, '', bytes, records);
    onProgress?.(index + 1, needed.length);
  }
  return records;
}

/**
 * Loads a split of CIFAR-10 or CIFAR-100: 50,000 training images in the order of their files, or 10,000 test images. All
 * bytes are checked. Throws ALEX_DATA_UNREADABLE, ALEX_DATA_FORM, ALEX_DATA_TRUNCATED, ALEX_DATA_CORRUPT,
 * ALEX_DATA_LABEL, ALEX_DATA_MEMBER, ALEX_OPTION_VALUE.
 */
export async function loadCifar(source: CifarSource, options: CifarOptions): Promise<MemoryDataset> {
  checkLimit(options.limit);
  const { set, images, labels } =
    source.form === 'archive'
      ? await loadFromArchive(source.path, source.sets, options)
      : await loadFromFolder(source, options);
  return {
    name: set.name,
    split: options.split,
    classes: set.classes,
    length: labels.length,
    height: cifarSide,
    width: cifarSide,
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
