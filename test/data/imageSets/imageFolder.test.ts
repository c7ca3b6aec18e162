import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Dataset } from '../../../src/data/dataset.ts';
import { loadDataset, loadSplits } from '../../../src/data/datasets.ts';
import { packedString } from '../../../src/data/images/packedStrings.ts';
import { goldenFile } from '../goldenImages.ts';
import { bmp, testFolder, writeFiles } from './files.ts';

const root = testFolder();
const image = bmp(5, 4, [200, 100, 0]);

/** Paths and class names, in order. */
function contents(dataset: Dataset): string[] {
  assert.ok('encoded' in dataset);
  return Array.from(
    { length: dataset.length },
    (_, i) => `${packedString(dataset.encoded.names, i)} ${dataset.classes[dataset.labels[i]!]}`,
  );
}

test('train, val and test are folders, classes are sorted by code point, files may lie deeper', async () => {
  const folder = join(root, 'three');
  writeFiles(folder, {
    'train/dog/a.bmp': image,
    'train/Cat/deep/er/b.BMP': image,
    'train/Cat/a.bmp': image,
    'train/\u{1f408}/a.bmp': image,
    'train/\uff01/a.bmp': image,
    'val/dog/v.bmp': image,
    'test/Cat/t.bmp': image,
    'train/dog/.hidden.bmp': 'no image',
    'train/dog/readme.txt': 'no image',
  });
  const notices: string[] = [];
  const {
    train,
    validation,
    test: tested,
  } = await loadSplits(folder, { onNotice: (text) => notices.push(text) });
  assert.deepEqual(train.classes, ['Cat', 'dog', '\uff01', '\u{1f408}']);
  assert.deepEqual(contents(train), [
    'train/Cat/a.bmp Cat',
    'train/Cat/deep/er/b.BMP Cat',
    'train/dog/a.bmp dog',
    'train/\uff01/a.bmp \uff01',
    'train/\u{1f408}/a.bmp \u{1f408}',
  ]);
  assert.deepEqual(contents(validation!), ['val/dog/v.bmp dog']);
  assert.deepEqual(contents(tested), ['test/Cat/t.bmp Cat']);
  assert.equal(train.name, 'three');
  assert.deepEqual(notices, [
    '1 file is left aside, no PNG, JPEG, WebP, GIF or BMP by name: train/dog/readme.txt',
  ]);
});

test('with train and val alone, val is what is tested on', async () => {
  const folder = join(root, 'two');
  writeFiles(folder, {
    'train/a/1.bmp': image,
    'train/b/1.bmp': image,
    'validation/a/2.bmp': image,
    'validation/b/2.bmp': image,
  });
  const { validation, test: tested } = await loadSplits(folder, {});
  assert.equal(validation, undefined);
  assert.deepEqual(contents(tested), ['validation/a/2.bmp a', 'validation/b/2.bmp b']);
});

test('without splits a share of each class is tested on: the same by seed, disjoint, whole', async () => {
  const folder = join(root, 'plain');
  const files: Record<string, Buffer> = {};
  for (let i = 0; i < 10; i++) files[`a/${i}.bmp`] = image;
  for (let i = 0; i < 5; i++) files[`b/${i}.bmp`] = image;
  for (let i = 0; i < 2; i++) files[`c/${i}.bmp`] = image;
  writeFiles(folder, files);
  const load = async (split: 'train' | 'test', options = {}) =>
    contents(await loadDataset(folder, { split, ...options }));
  const [train, tested] = [await load('train'), await load('test')];
  const counts = ['a', 'b', 'c'].map((name) => tested.filter((line) => line.endsWith(` ${name}`)).length);
  assert.deepEqual(counts, [2, 1, 1]);
  assert.deepEqual(
    [...train, ...tested].toSorted(),
    Object.keys(files)
      .map((name) => `${name} ${name[0]}`)
      .toSorted(),
  );
  assert.deepEqual(await load('test'), tested);
  assert.notDeepEqual(await load('test', { splitSeed: 1 }), tested);
  assert.equal((await load('test', { testFraction: 0.5 })).length, 9);
  const limited = await load('train', { limit: 5 });
  assert.deepEqual(
    limited.map((line) => line.at(-1)),
    ['a', 'a', 'b', 'b', 'c'],
  );
  await assert.rejects(load('train', { testFraction: 1 }), { code: 'ALEX_OPTION_VALUE' });
  await assert.rejects(loadDataset(folder, { split: 'validation' }), { code: 'ALEX_DATA_SPLIT' });
});

test('links are followed, and a link that leads round in a circle is not', async () => {
  const folder = join(root, 'links');
  writeFiles(folder, { 'a/1.bmp': image, 'a/2.bmp': image, 'b/1.bmp': image, 'b/2.bmp': image });
  symlinkSync('..', join(folder, 'a/round'));
  symlinkSync(join(root, 'plain/c'), join(folder, 'a/more'));
  const { train, test: tested } = await loadSplits(folder, {});
  assert.deepEqual([...contents(train), ...contents(tested)].toSorted(), [
    'a/1.bmp a',
    'a/2.bmp a',
    'a/more/0.bmp a',
    'a/more/1.bmp a',
    'a/round/b/1.bmp a',
    'a/round/b/2.bmp a',
    'b/1.bmp b',
    'b/2.bmp b',
  ]);
});

test('broken images are refused with their paths, or left out', async () => {
  const folder = join(root, 'broken');
  writeFiles(folder, {
    'train/a/1.bmp': image,
    'train/a/2.bmp': '',
    'train/b/1.bmp': image,
    'train/b/2.bmp': 'a text with the wrong name',
    'train/b/3.bmp': image.subarray(0, 20),
    'train/b/5.jpg': goldenFile('jpeg').subarray(0, 600),
    'train/b/6.png': goldenFile('png rgb').subarray(0, -5),
    'train/b/7.gif': goldenFile('gif noise').subarray(0, 5000),
    'train/b/8.webp': goldenFile('webp lossless').subarray(0, -1),
    'train/b/9.jpg': Buffer.concat([goldenFile('jpeg'), Buffer.from('more')]),
    'test/a/1.bmp': image,
  });
  symlinkSync('nowhere.bmp', join(folder, 'train/b/4.bmp'));
  await assert.rejects(loadDataset(folder, { split: 'train' }), (error: Error) => {
    assert.match(error.message, /^ALEX_DATA_BAD_IMAGES: 8 of 11 images cannot be used:/);
    for (const file of [
      'a/2.bmp',
      'b/2.bmp',
      'b/3.bmp',
      'b/4.bmp',
      'b/5.jpg',
      'b/6.png',
      'b/7.gif',
      'b/8.webp',
    ])
      assert.ok(error.message.includes(file));
    return true;
  });
  const skipped: string[] = [];
  const onSkipped = (problem: string): unknown => skipped.push(/^\w+/.exec(problem)![0]);
  const dataset = await loadDataset(folder, { split: 'train', onBadImage: 'skip', onSkipped });
  assert.deepEqual(contents(dataset), ['train/a/1.bmp a', 'train/b/1.bmp b', 'train/b/9.jpg b']);
  assert.deepEqual(skipped, [
    'ALEX_IMAGE_EMPTY',
    'ALEX_IMAGE_FORMAT',
    'ALEX_IMAGE_TRUNCATED',
    'ALEX_IMAGE_READ',
    'ALEX_IMAGE_TRUNCATED',
    'ALEX_IMAGE_TRUNCATED',
    'ALEX_IMAGE_TRUNCATED',
    'ALEX_IMAGE_TRUNCATED',
  ]);
});

const wrong: [name: string, files: Record<string, Uint8Array | string>, message: RegExp][] = [
  ['empty class', { 'a/1.bmp': image, 'b/1.txt': '' }, /class folder without images/],
  ['one class', { 'a/1.bmp': image }, /images of one class only, a/],
  [
    'strange class',
    { 'train/a/1.bmp': image, 'train/b/1.bmp': image, 'test/c/1.bmp': image },
    /test\/c\/1\.bmp, of a class that has no training images/,
  ],
  ['both', { 'train/a/1.bmp': image, 'val/a/1.bmp': image, 'valid/a/1.bmp': image }, /both val and valid/],
  ['files only', { '1.bmp': image }, /a folder of 1\.bmp/],
];
for (const [name, files, message] of wrong) {
  test(`refused: ${name}`, async () => {
    writeFiles(join(root, name), files);
    await assert.rejects(loadDataset(join(root, name), { split: 'train' }), {
      code: 'ALEX_DATA_FORM',
      message,
    });
  });
}
