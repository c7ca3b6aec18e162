import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { loadDataset } from '../../src/data/datasets.ts';
import { readIdx } from '../../src/data/idx.ts';
import { AlexnetError } from '../../src/errors.ts';
import { hashedPixels } from './goldenImages.ts';
import { testFolder, writeFiles } from './imageSets/files.ts';

const root = testFolder();

function idx(sizes: readonly number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt16BE(0x0800 + sizes.length, 2);
  sizes.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i));
  return Buffer.concat([header, values]);
}

const pixels = hashedPixels(1, 0, 4 * 3 * 2);

function set(change: Record<string, Uint8Array | string> = {}): Record<string, Uint8Array | string> {
  return {
    'train-images-idx3-ubyte.gz': gzipSync(idx([4, 3, 2], pixels)),
    'train-labels-idx1-ubyte.gz': gzipSync(idx([4], Uint8Array.of(0, 2, 1, 2))),
    't10k-images.idx3-ubyte': idx([1, 3, 2], pixels.subarray(0, 6)),
    't10k-labels.idx1-ubyte': idx([1], Uint8Array.of(1)),
    ...change,
  };
}

test('grey images get three equal channels; compressed files and others are read', async () => {
  const folder = join(root, 'digits');
  writeFiles(folder, set());
  const train = await loadDataset(folder, { split: 'train', limit: 3 });
  assert.ok('images' in train);
  const { name, length, height, width, classes } = train;
  assert.deepEqual([name, length, height, width, classes], ['digits', 3, 3, 2, ['0', '1', '2']]);
  assert.deepEqual([...train.labels], [0, 2, 1]);
  for (let c = 0; c < 3; c++) {
    assert.deepEqual(Uint8Array.from(train.images.subarray((3 + c) * 6, (4 + c) * 6)), pixels.slice(6, 12));
  }
  const tested = await loadDataset(folder, { split: 'test' });
  assert.deepEqual([tested.length, ...tested.labels], [1, 1]);
  writeFiles(folder, { 'classes.txt': 'nil\none\ntwo\n' });
  assert.deepEqual((await loadDataset(folder, { split: 'test' })).classes, ['nil', 'one', 'two']);
});

const wrong: [code: string, change: Record<string, Uint8Array>, message: RegExp][] = [
  ['ALEX_DATA_CORRUPT', { 'train-images-idx3-ubyte.gz': idx([24], pixels) }, /does not begin as an idx file/],
  [
    'ALEX_DATA_TRUNCATED',
    { 'train-images-idx3-ubyte.gz': idx([4, 3, 3], pixels) },
    /has 40 bytes, expected 52/,
  ],
  ['ALEX_DATA_CORRUPT', { 'train-images-idx3-ubyte.gz': idx([4e9, 4e9, 4e9], pixels) }, /declares/],
  [
    'ALEX_DATA_CORRUPT',
    { 'train-images-idx3-ubyte.gz': gzipSync(Buffer.alloc(1e6)).subarray(0, 500) },
    /train-images/,
  ],
  [
    'ALEX_DATA_CORRUPT',
    { 'train-labels-idx1-ubyte.gz': idx([3], Uint8Array.of(1, 2, 0)) },
    /3 labels for 4 images/,
  ],
  ['ALEX_DATA_CORRUPT', { 'train-labels-idx1-ubyte.gz': Buffer.of(0, 0) }, /ends inside its header/],
];
for (const [code, change, message] of wrong) {
  test(`refused: ${message.source}`, async () => {
    const folder = join(root, message.source);
    writeFiles(folder, set(change));
    await assert.rejects(loadDataset(folder, { split: 'train' }), { code, message });
  });
}

test('a small file that unpacks to gigabytes is unpacked no further than its header declares', () => {
  const bomb = gzipSync(Buffer.concat([idx([2, 2, 2], new Uint8Array(8)), Buffer.alloc(200e6)]), {
    level: 1,
  });
  const before = process.memoryUsage().arrayBuffers;
  assert.throws(() => readIdx(bomb, 3, 'bomb'), { code: 'ALEX_DATA_CORRUPT' });
  assert.ok(process.memoryUsage().arrayBuffers - before < 50e6);
});

test('no bytes crash the reader of idx files', () => {
  const seed = idx([4, 3, 2], pixels);
  for (const whole of [seed, gzipSync(seed)]) {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, end) => {
        try {
          readIdx(new Uint8Array(whole.with(at, byte)).subarray(0, end), 3, 'fuzz');
        } catch (error) {
          assert.ok(error instanceof AlexnetError, String(error));
        }
      }),
      { numRuns: 300 },
    );
  }
});

const fashion = process.env['ALEXNET_FASHION_MNIST'] ?? '/usr/share/datasets/fashion-mnist';
const missing = existsSync(fashion)
  ? false
  : `no Fashion-MNIST at ${fashion} (Debian's dataset-fashion-mnist)`;

test('Fashion-MNIST: 6,000 and 1,000 of each class', { skip: missing }, async () => {
  for (const [split, each] of [
    ['train', 6000],
    ['test', 1000],
  ] as const) {
    const dataset = await loadDataset(fashion, { split });
    assert.ok('images' in dataset);
    const counts = new Uint16Array(10);
    for (const label of dataset.labels) counts[label]!++;
    assert.deepEqual(counts, new Uint16Array(10).fill(each));
    assert.deepEqual([dataset.height, dataset.width, dataset.classes[9]], [28, 28, 'ankle boot']);
  }
});
