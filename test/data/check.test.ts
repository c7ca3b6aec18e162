import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDataset } from '../../src/data/check.ts';
import { cifarArchive, cifarMissing } from './goldenImages.ts';

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
