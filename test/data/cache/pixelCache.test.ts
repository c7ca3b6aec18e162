/** The cache of pixels: what it keeps is what decoding gives, and what is damaged in it is not taken. */
import assert from 'node:assert/strict';
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { randomHorizontalFlip, randomCrop } from '../../../src/data/augmentation/imageSteps.ts';
import { commonSteps, type CacheOptions } from '../../../src/data/cache/pixelCache.ts';
import { loadDataset } from '../../../src/data/datasets.ts';
import { channels } from '../../../src/data/image.ts';
import { sharedImageBuffer } from '../../../src/data/imageBuffer.ts';
import { createLoader } from '../../../src/data/loader.ts';
import { centerCrop, compose, resize, toTensor } from '../../../src/data/transforms.ts';
import { goldenFile } from '../goldenImages.ts';
import { bmp, testFolder, writeFiles } from '../imageSets/files.ts';

const root = testFolder();
const photos = join(root, 'photos');
const side = 8;
const steps = compose([
  resize(side + 1),
  centerCrop(side + 1),
  randomCrop(side),
  randomHorizontalFlip(),
  toTensor(),
]);

const files: Record<string, Buffer> = {};
for (let i = 0; i < 12; i++) {
  files[`${i % 2 === 0 ? 'a' : 'b'}/${i}.bmp`] = bmp(20 + i, 40 - i, [20 * i, 255 - 20 * i, 10 * i]);
}
writeFiles(photos, { ...files, 'a/photo.jpg': goldenFile('jpeg'), 'b/picture.gif': goldenFile('gif noise') });

function cacheIn(name: string, given: Partial<CacheOptions> = {}): CacheOptions {
  return { dir: join(root, name), limitBytes: 1e9, ...given };
}

/** Pixels of every image in two epochs. */
async function load(cache: CacheOptions | undefined, workers = 0): Promise<Map<string, Float32Array>> {
  const dataset = await loadDataset(photos, { split: 'train' });
  const inputs = [0, 1].map(() => sharedImageBuffer([4, channels, side, side]));
  const options = {
    dataset,
    transforms: steps,
    inputs,
    batchSize: 4,
    shuffle: true,
    seed: 3,
    workers,
    cache,
  };
  const loader = await createLoader(options);
  const seen = new Map<string, Float32Array>();
  const size = channels * side * side;
  try {
    for (const epoch of [0, 1]) {
      for await (const { slot, indices, release } of loader.batches(epoch)) {
        indices.forEach((index, i) =>
          seen.set(`${epoch} ${index}`, inputs[slot]!.data.slice(i * size, (i + 1) * size)),
        );
        release();
      }
    }
  } finally {
    await loader.close();
  }
  return seen;
}

/** The only cache in a folder. */
function filesOf({ dir }: CacheOptions): { pixels: string; checks: string } {
  const names = readdirSync(dir);
  assert.equal(names.length, 2);
  const find = (end: string): string =>
    join(
      dir,
      names.find((name) => name.endsWith(end))!,
    );
  return { pixels: find('.pixels'), checks: find('.checks') };
}

const plain = await load(undefined);

for (const workers of [0, 1, 3]) {
  test(`the same pixels with a cache, new or full, and ${workers} workers`, async () => {
    const cache = cacheIn(`workers ${workers}`);
    assert.deepEqual(await load(cache, workers), plain);
    const { pixels } = filesOf(cache);
    const before = statSync(pixels).mtimeMs;
    assert.deepEqual(await load(cache, workers), plain);
    assert.equal(statSync(pixels).mtimeMs, before);
  });
}

test('what is in the cache with the right sum is taken; all else is decoded again', async () => {
  const cache = cacheIn('taken');
  await load(cache);
  const { pixels, checks } = filesOf(cache);
  const record = channels * (side + 1) ** 2;
  writeFileSync(pixels, Buffer.alloc(statSync(pixels).size, 51));
  assert.deepEqual(await load(cache), plain);
  assert.notEqual(readFileSync(pixels)[0], 51, 'what did not fit its sum was mended');
  writeFileSync(pixels, Buffer.alloc(statSync(pixels).size, 51));
  const sums = new Uint32Array(plain.size / 2).fill(crc32(Buffer.alloc(record, 51)));
  writeFileSync(checks, sums);
  for (const values of (await load(cache)).values())
    assert.ok(values.every((value) => value === Math.fround(0.2)));
  writeFileSync(checks, Buffer.alloc(statSync(checks).size));
  truncateSync(pixels, 100);
  assert.deepEqual(await load(cache), plain);
  truncateSync(pixels, 100);
  assert.deepEqual(await load(cacheIn('taken', { write: false })), plain);
});

test('a file that changes begins another cache', async () => {
  const cache = cacheIn('changed');
  await load(cache);
  utimesSync(join(photos, 'a/0.bmp'), 1e9, 1e9);
  await load(cache);
  assert.equal(readdirSync(cache.dir).length, 4);
});

test('the limit holds: images without a place are decoded, caches used longest ago go', async () => {
  const record = channels * (side + 1) ** 2;
  const small = cacheIn('small', { limitBytes: 3 * record });
  assert.deepEqual(await load(small), plain);
  assert.equal(statSync(filesOf(small).pixels).size, 3 * record);
  const old = join(small.dir, `${'0'.repeat(32)}`);
  for (const end of ['checks', 'pixels']) writeFileSync(`${old}.${end}`, Buffer.alloc(5 * record));
  utimesSync(`${old}.checks`, 1e9, 1e9);
  await load(small);
  assert.ok(!readdirSync(small.dir).some((name) => name.startsWith('000')));
});

test('a folder that cannot be used, and a reader of a cache that is not there, do without', async () => {
  writeFileSync(join(root, 'a file'), '');
  assert.deepEqual(await load(cacheIn('a file/in')), plain);
  const absent = cacheIn('absent', { write: false });
  assert.deepEqual(await load(absent), plain);
  assert.equal(existsSync(absent.dir), false);
});

test('what is kept ends before the first random step, and where views part', () => {
  assert.deepEqual(commonSteps([steps]), steps.slice(0, 2));
  const view = compose([resize(side + 1), centerCrop(side), toTensor()]);
  assert.deepEqual(commonSteps([steps, view]), steps.slice(0, 1));
  assert.deepEqual(commonSteps([compose([randomCrop(side), toTensor()])]), []);
});
