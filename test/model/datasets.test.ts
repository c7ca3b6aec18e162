import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { dataLoader } from '../../src/model/dataLoader.ts';
import { datasets } from '../../src/model/datasets.ts';
import { transforms } from '../../src/model/transforms.ts';
import type { TransformStep } from '../../src/data/transforms.ts';
import { bmp, testFolder, writeFiles } from '../data/imageSets/files.ts';

const transform = transforms.compose([transforms.toTensor()]);

test('shapes has a training and a test set, each from its seed', async () => {
  const limit = 4;
  const trained = await datasets.shapes({ transform, limit });
  assert.equal(trained.length, limit);
  assert.equal(trained.classes.length, 10);
  const tested = await datasets.shapes({ train: false, transform, limit });
  assert.notDeepEqual(trained.dataset.images, tested.dataset.images);
  const other = await datasets.shapes({ transform, limit, seed: 1 });
  assert.notDeepEqual(trained.dataset.images, other.dataset.images);
});

test('cifar10 is looked for in root, and fetched into it only when asked', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'alexnet-'));
  t.after(() => rm(root, { recursive: true }));
  await assert.rejects(datasets.cifar10({ root, transform }), { code: 'ALEX_DATA_MISSING' });
  // A folder that cannot be made: the download ends before it has begun.
  const impossible = join(import.meta.filename, 'data');
  const fetched = datasets.cifar10({ root: impossible, download: true, transform });
  await assert.rejects(fetched, { code: 'ALEX_DATA_WRITE' });
});

test('transforms that do not end in a tensor are refused', async () => {
  const uncomposed: readonly TransformStep[] = [transforms.resize(8)];
  await assert.rejects(datasets.shapes({ transform: uncomposed }), { code: 'ALEX_DATA_TRANSFORMS' });
});

test('imageFolder takes all images, or those of a split; a data loader gives them in batches', async () => {
  const root = testFolder();
  const files = ['a/1', 'a/2', 'a/3', 'b/1', 'b/2'];
  writeFiles(
    root,
    Object.fromEntries(files.map((name, i) => [`${name}.bmp`, bmp(5 + i, 6, [40 * i, 0, 0])])),
  );
  const square = transforms.compose([transforms.resize(4), transforms.centerCrop(4), transforms.toTensor()]);
  const all = await datasets.imageFolder({ root, transform: square });
  assert.deepEqual([all.length, all.classes], [5, ['a', 'b']]);
  const [train, tested] = await Promise.all(
    [true, false].map((train) => datasets.imageFolder({ root, train, transform: square })),
  );
  assert.deepEqual([train!.length, tested!.length], [3, 2]);
  const cache = { dir: join(root, '.cache'), limitBytes: 1e6 };
  const loader = dataLoader(all, { batchSize: 2, cache });
  for (let epoch = 0; epoch < 2; epoch++) {
    const reds: number[] = [];
    const seen: number[] = [];
    for await (const [inputs, labels] of loader) {
      seen.push(...labels.data);
      for (let i = 0; i < inputs.size(0); i++) reds.push(Math.round(255 * inputs.buffer.data[i * 48]!));
    }
    assert.deepEqual(
      [seen, reds],
      [
        [0, 0, 0, 1, 1],
        [0, 40, 80, 120, 160],
      ],
    );
  }
  assert.equal(existsSync(cache.dir), true);
  await assert.rejects(datasets.open({ path: root, split: 'validation', transform: square }), {
    code: 'ALEX_DATA_SPLIT',
  });
});
