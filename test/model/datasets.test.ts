import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { datasets } from '../../src/model/datasets.ts';
import { transforms } from '../../src/model/transforms.ts';
import type { TransformStep } from '../../src/data/transforms.ts';

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
