import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkDataset } from '../../src/data/check.ts';
import { cifarArchive, cifarMissing, goldenFile } from './goldenImages.ts';
import { bmp, testFolder, writeFiles } from './imageSets/files.ts';

test('shapes is told as generated, with equal classes', async () => {
  const { form, splits, problems } = await checkDataset('shapes');
  assert.equal(form, 'generated');
  assert.deepEqual(problems, []);
  assert.deepEqual(
    splits.map(({ split, images, perClass }) => [split, images, perClass[3]]),
    [
      ['train', 8000, { class: 'star', images: 800 }],
      ['test', 2000, { class: 'star', images: 200 }],
    ],
  );
});

test('an archive is told with its checksum and counts', { skip: cifarMissing }, async () => {
  const { form, path, checksum, splits, problems } = await checkDataset(cifarArchive);
  assert.deepEqual([form, path, problems], ['archive', cifarArchive, []]);
  assert.ok(checksum === 'official' || checksum === 'other');
  assert.deepEqual(
    splits.map(({ perClass }) => perClass[9]),
    [
      { class: 'truck', images: 5000 },
      { class: 'truck', images: 1000 },
    ],
  );
});

test('what is unknown throws', async () => {
  await assert.rejects(checkDataset('imagenet'), { code: 'ALEX_DATA_UNKNOWN' });
});

test('an image folder: sizes, balance, duplicates between the splits, broken files', async () => {
  const folder = testFolder();
  const damaged = goldenFile('png rgb');
  damaged[50] ^= 0xff;
  const [red, green] = [bmp(5, 4, [255, 0, 0]), bmp(9, 7, [0, 255, 0])];
  writeFiles(folder, {
    'train/a/1.bmp': red,
    'train/a/2.bmp': bmp(6, 4, [255, 0, 0]),
    'train/b/1.bmp': green,
    'train/b/2.bmp': green,
    'train/b/3.jpg': goldenFile('jpeg').subarray(0, 400),
    'train/b/4.png': '',
    'train/b/5.png': damaged,
    'test/b/1.bmp': red,
    'test/b/2.bmp': bmp(5, 4, [254, 0, 0]),
  });
  const { form, splits, duplicates, repeated, problems } = await checkDataset(folder);
  assert.equal(form, 'image folder');
  assert.deepEqual(splits, [
    {
      split: 'train',
      images: 4,
      perClass: [
        { class: 'a', images: 2 },
        { class: 'b', images: 2 },
      ],
      sizes: { least: { height: 4, width: 5 }, most: { height: 7, width: 9 } },
    },
    {
      split: 'test',
      images: 2,
      perClass: [
        { class: 'a', images: 0 },
        { class: 'b', images: 2 },
      ],
      sizes: { least: { height: 4, width: 5 }, most: { height: 4, width: 5 } },
    },
  ]);
  assert.deepEqual(duplicates, [
    { image: join(folder, 'test/b/1.bmp'), sameAs: join(folder, 'train/a/1.bmp') },
  ]);
  assert.equal(repeated, 1);
  assert.deepEqual(
    problems.map((problem) => /^\w+: \S+/.exec(problem)![0]),
    [
      `ALEX_IMAGE_TRUNCATED: ${join(folder, 'train/b/3.jpg')}`,
      `ALEX_IMAGE_EMPTY: ${join(folder, 'train/b/4.png')}`,
      `ALEX_IMAGE_DAMAGED: ${join(folder, 'train/b/5.png')}`,
    ],
  );
});
