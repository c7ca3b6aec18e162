/** The loader over images in files, which are decoded as they are wanted. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { FileDataset } from '../../src/data/dataset.ts';
import { channels } from '../../src/data/image.ts';
import { decodeImage } from '../../src/data/images/decodeImage.ts';
import { packStrings } from '../../src/data/images/packedStrings.ts';
import { createLoader, type LoaderOptions } from '../../src/data/loader.ts';
import type { BadImage } from '../../src/data/loaderFill.ts';
import { transformImage } from '../../src/data/transformImage.ts';
import { articleTransforms, centerCrop, compose, resize, toTensor } from '../../src/data/transforms.ts';
import { sharedImageBuffer } from '../../src/data/imageBuffer.ts';
import { goldenFile } from './goldenImages.ts';

const side = 12;
const transforms = compose([resize(side), centerCrop(side), toTensor()]);
const folder = mkdtempSync(join(tmpdir(), 'alexnet-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const kinds = ['png rgb', 'jpeg', 'gif noise', 'webp lossless', 'bmp 24', 'jpeg exif 6'];

function fileDataset(files: readonly Buffer[], classes = ['a', 'b']): FileDataset {
  const found = files.map((content, i) => {
    writeFileSync(join(folder, `${i}.image`), content);
    return { name: `${i}.image`, bytes: content.length };
  });
  const labels = new Uint16Array(new SharedArrayBuffer(2 * files.length));
  files.forEach((_, i) => (labels[i] = i % classes.length));
  const bytes = new Float64Array(new SharedArrayBuffer(8 * files.length));
  found.forEach((file, i) => (bytes[i] = file.bytes));
  const sizes = new Uint32Array(new SharedArrayBuffer(8 * files.length));
  const encoded = {
    root: folder,
    names: packStrings(found.map(({ name }) => name)),
    bytes,
    sizes,
    version: '',
  };
  return { name: 'files', split: 'train', classes, length: files.length, labels, encoded };
}

const whole = Array.from({ length: 10 }, (_, i) => goldenFile(kinds[i % kinds.length]!));

async function load(dataset: FileDataset, given: Partial<LoaderOptions> = {}) {
  const inputs = [0, 1].map(() => sharedImageBuffer([4, channels, side, side]));
  const options = { dataset, transforms, inputs, batchSize: 4, shuffle: true, seed: 3, workers: 2, ...given };
  const loader = await createLoader(options);
  const seen = new Map<number, Float32Array>();
  const labels = new Map<number, number>();
  const counts: number[] = [];
  const order: number[] = [];
  try {
    for await (const batch of loader.batches(0)) {
      counts.push(batch.count);
      batch.indices.forEach((index, i) => {
        const from = i * channels * side * side;
        seen.set(index, inputs[batch.slot]!.data.slice(from, from + channels * side * side));
        labels.set(index, batch.labels[i]!);
        order.push(index);
      });
      batch.release();
    }
  } finally {
    await loader.close();
  }
  return { seen, labels, counts, order };
}

async function expected(file: Buffer): Promise<Float32Array> {
  const target = sharedImageBuffer([1, channels, side, side]);
  transformImage(await decodeImage(file, 'expected'), transforms, target);
  return target.data;
}

test('images of several formats and sizes come as decoded and transformed one by one, for any number of workers', async () => {
  const dataset = fileDataset(whole);
  const inline = await load(dataset, { workers: 0 });
  assert.equal(inline.seen.size, whole.length);
  for (const [index, pixels] of inline.seen) assert.deepEqual(pixels, await expected(whole[index]!));
  for (const workers of [1, 3]) assert.deepEqual(await load(dataset, { workers }), inline);
});

test('labels beyond 255 come through', async () => {
  const classes = Array.from({ length: 1000 }, (_, i) => String(i));
  const dataset = fileDataset(whole, classes);
  dataset.labels.set([999, 256, 700], 3);
  const { labels } = await load(dataset);
  assert.deepEqual([labels.get(3), labels.get(4), labels.get(5), labels.get(9)], [999, 256, 700, 9]);
});

const truncated = goldenFile('jpeg').subarray(0, 400);

test('bad images are skipped, told once and by path, and the batch closes up', async () => {
  const files = whole.with(2, truncated).with(7, Buffer.from('no image'));
  const outcomes = await Promise.all(
    [0, 1, 3].map(async (workers) => {
      const skipped: BadImage[] = [];
      const onSkipped = (bad: BadImage) => skipped.push(bad);
      const loaded = await load(fileDataset(files), { workers, onBadImage: 'skip', onSkipped });
      return { ...loaded, skipped };
    }),
  );
  const [first] = outcomes;
  assert.deepEqual(first!.skipped.map(({ index }) => index).toSorted(), [2, 7]);
  assert.match(first!.skipped.find(({ index }) => index === 7)!.problem, /ALEX_IMAGE_FORMAT: .*7\.image/);
  assert.deepEqual(first!.order.toSorted(), [0, 1, 3, 4, 5, 6, 8, 9]);
  assert.equal(
    first!.counts.reduce((sum, count) => sum + count, 0),
    8,
  );
  for (const [index, pixels] of first!.seen) assert.deepEqual(pixels, await expected(files[index]!));
  for (const outcome of outcomes) assert.deepEqual(outcome, first);
});

test('bad images are refused by default, with their paths', async () => {
  const dataset = fileDataset(whole.with(2, truncated));
  await assert.rejects(load(dataset), { code: 'ALEX_DATA_BAD_IMAGES', message: /2\.image/ });
});

test('a file that has changed or gone is a bad image', async () => {
  const dataset = fileDataset(whole);
  writeFileSync(join(folder, '4.image'), Buffer.concat([whole[4]!, Buffer.alloc(1)]));
  rmSync(join(folder, '5.image'));
  const problems: string[] = [];
  await load(dataset, { onBadImage: 'skip', onSkipped: ({ problem }) => problems.push(problem) });
  assert.deepEqual(problems.map((problem) => /^\w+/.exec(problem)![0]).toSorted(), [
    'ALEX_IMAGE_CHANGED',
    'ALEX_IMAGE_READ',
  ]);
});

test('images of differing sizes need a crop', async () => {
  await assert.rejects(load(fileDataset(whole), { transforms: articleTransforms(side) }), {
    code: 'ALEX_DATA_TRANSFORMS',
    message: /centerCrop is missing/,
  });
});
