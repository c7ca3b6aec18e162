/** Data sets in idx files, as MNIST's: an array of grey images and an array of labels, compressed or not. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { gunzipSync, constants } from 'node:zlib';
import { alexnetError } from '../errors.ts';
import { emptyLabels, type MemoryDataset, type Split } from './dataset.ts';
import { channels } from './image.ts';
import { readClassNames } from './imageSets/classNames.ts';
import { unreadable } from './unreadable.ts';

/** Names of the files: `train` or `t10k`, and anything before it, as `emnist-letters-`. */
const imageFile = /^(.*[-_])?(train|t10k|test)-images[-.]idx3-ubyte(\.gz)?$/;

export interface IdxSource {
  readonly folder: string;
  /** The file of images of each split; that of the labels is named alike. */
  readonly files: Readonly<Record<'train' | 'test', string>>;
}

/**
 * The idx files of a folder; undefined when it has none. Throws ALEX_DATA_UNREADABLE, ALEX_DATA_FORM when one of the
 * splits is missing or there are several sets.
 */
export function findIdx(folder: string): IdxSource | undefined {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw unreadable(folder, error);
  }
  const found = { train: new Map<string, string>(), test: new Map<string, string>() };
  for (const name of names) {
    const [, prefix = '', split] = imageFile.exec(name) ?? [];
    // A file that is there twice, compressed and not, is one.
    if (split !== undefined) found[split === 'train' ? 'train' : 'test'].set(prefix, name);
  }
  if (found.train.size === 0 && found.test.size === 0) return undefined;
  const problem = (text: string): Error => alexnetError('ALEX_DATA_FORM', { path: folder, found: text });
  for (const split of ['train', 'test'] as const) {
    if (found[split].size === 0)
      throw problem(`idx files without ${split === 'train' ? 'train' : 't10k'}-images`);
    if (found[split].size > 1)
      throw problem(`idx files of several sets: ${[...found[split].values()].join(', ')}`);
  }
  const [train] = found.train.values();
  const [test] = found.test.values();
  return { folder, files: { train: train!, test: test! } };
}

/** Most bytes of an array. */
const mostBytes = 1_000_000_000;

interface IdxArray {
  readonly sizes: readonly number[];
  readonly values: Uint8Array;
}

/**
 * Reads an array of bytes with so many dimensions (Y. LeCun's idx format: two zero bytes, 8 for unsigned bytes, the
 * number of dimensions, then each size, big-endian). `file` names it in errors. A compressed one is never unpacked
 * beyond what its header declares. Throws ALEX_DATA_CORRUPT.
 */
export function readIdx(bytes: Uint8Array, dimensions: number, file: string): IdxArray {
  const corrupt = (problem: string, cause?: unknown): Error =>
    alexnetError('ALEX_DATA_CORRUPT', { file, problem }, cause);
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const headerBytes = 4 + 4 * dimensions;
  const unpack = (from: Uint8Array, options: object): Uint8Array => {
    try {
      return gunzipSync(from, options);
    } catch (error) {
      throw corrupt((error as Error).message, error);
    }
  };
  // Enough for the header, and so little that it cannot become much.
  const start = packed ? unpack(bytes.subarray(0, 4096), { finishFlush: constants.Z_SYNC_FLUSH }) : bytes;
  if (start.length < headerBytes) throw corrupt('it ends inside its header');
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  if (view.getUint32(0) !== 0x0800 + dimensions) {
    throw corrupt(`it does not begin as an idx file of bytes in ${dimensions} dimensions`);
  }
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = headerBytes + sizes.reduce((product, size) => product * size, 1);
  if (expected > mostBytes) throw corrupt(`it declares ${sizes.join(' × ')} bytes`);
  const whole = packed ? unpack(bytes, { maxOutputLength: expected + 1 }) : bytes;
  if (whole.length !== expected) {
    throw alexnetError('ALEX_DATA_TRUNCATED', { file, bytes: whole.length, expected });
  }
  return { sizes, values: whole.subarray(headerBytes) };
}

function read(folder: string, name: string, dimensions: number): IdxArray {
  const path = join(folder, name);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  return readIdx(bytes, dimensions, path);
}

function labelsFile({ folder, files }: IdxSource, split: 'train' | 'test'): string {
  const name = files[split].replace('-images', '-labels').replace('idx3', 'idx1').replace(/\.gz$/, '');
  return readdirSync(folder).includes(name) ? name : `${name}.gz`;
}

const fashionClasses = [
  'T-shirt/top',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
];

/** From `classes.txt`, or Fashion-MNIST's in a folder of that name, or the labels themselves. */
function classNames(folder: string, labels: readonly Uint8Array[]): readonly string[] {
  const given = readClassNames(folder);
  if (given !== undefined) return given;
  const largest = labels.reduce((most, own) => own.reduce((a, b) => Math.max(a, b), most), 0);
  if (/fashion/i.test(basename(resolve(folder))) && largest === 9) return fashionClasses;
  return Array.from({ length: largest + 1 }, (_, label) => String(label));
}

/**
 * Loads a split of a set in idx files; grey images get three equal channels. Throws ALEX_DATA_UNREADABLE,
 * ALEX_DATA_CORRUPT, ALEX_DATA_TRUNCATED, ALEX_DATA_LABEL.
 */
export function loadIdx(
  source: IdxSource,
  split: Extract<Split, 'train' | 'test'>,
  limit = Infinity,
): MemoryDataset {
  const { folder, files } = source;
  const all = { train: labelsFile(source, 'train'), test: labelsFile(source, 'test') };
  const labels = { train: read(folder, all.train, 1).values, test: read(folder, all.test, 1).values };
  const classes = classNames(folder, [labels.train, labels.test]);
  const { sizes, values } = read(folder, files[split], 3);
  const [count, height, width] = sizes as [number, number, number];
  const file = join(folder, all[split]);
  if (labels[split].length !== count) {
    const problem = `it has ${labels[split].length} labels for ${count} images`;
    throw alexnetError('ALEX_DATA_CORRUPT', { file, problem });
  }
  if (count === 0 || height === 0 || width === 0) {
    throw alexnetError('ALEX_DATA_CORRUPT', {
      file: join(folder, files[split]),
      problem: 'it holds no images',
    });
  }
  const record = labels[split].findIndex((label) => label >= classes.length);
  if (record >= 0) {
    const label = labels[split][record]!;
    throw alexnetError('ALEX_DATA_LABEL', { file, record, label, classes: classes.length });
  }
  const length = Math.min(limit, count);
  const own = emptyLabels(length, 0);
  own.set(labels[split].subarray(0, length));
  const images = threeChannels(values, length, height * width);
  return { name: basename(resolve(folder)), split, classes, length, height, width, images, labels: own };
}

function threeChannels(grey: Uint8Array, length: number, pixels: number): Uint8Array<SharedArrayBuffer> {
  const images = new Uint8Array(new SharedArrayBuffer(length * channels * pixels));
  for (let i = 0; i < length; i++) {
    const plane = grey.subarray(i * pixels, (i + 1) * pixels);
    for (let c = 0; c < channels; c++) images.set(plane, (i * channels + c) * pixels);
  }
  return images;
}
