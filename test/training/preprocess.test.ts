import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateShapes } from '../../src/data/shapes.ts';
import { trainingTransforms } from '../../src/training/preprocess.ts';

const dataset = generateShapes('train', { limit: 12 });

test('the mean image is that of the squares that are tested, over the images that are trained on', async () => {
  const indices = Uint32Array.of(1, 4, 11);
  const options = { preprocess: 'paper', augment: ['crop=32', 'flip'] } as const;
  const { test: steps } = await trainingTransforms(options, { side: 24, dataset, indices, workers: 0 });
  assert.deepEqual(
    steps.map(({ type }) => type),
    ['resize', 'centerCrop', 'toTensor', 'subtractMean', 'normalize'],
  );
  const mean = steps.find((step) => step.type === 'subtractMean')!;
  assert.deepEqual([mean.height, mean.width], [24, 24]);
  // The middle 24 × 24 of 32 × 32 begins at 4.
  for (const [c, y, x] of [
    [0, 0, 0],
    [1, 5, 23],
    [2, 23, 7],
  ] as const) {
    const values = [...indices].map(
      (index) => dataset.images[(index * 3 + c) * 1024 + (4 + y) * 32 + 4 + x]! / 255,
    );
    const expected = values.reduce((sum, value) => sum + value, 0) / indices.length;
    assert.ok(Math.abs(mean.mean[c * 576 + y * 24 + x]! - expected) < 1e-6);
  }
});

test('images that are no squares are cropped to one', async () => {
  const wide = { ...dataset, height: 16, width: 64 };
  const types = async (of: typeof dataset): Promise<string[]> => {
    const { train } = await trainingTransforms(
      { preprocess: 'article' },
      { side: 24, dataset: of, workers: 0 },
    );
    return train.map(({ type }) => type);
  };
  assert.deepEqual(await types(wide), ['resize', 'centerCrop', 'toTensor', 'normalize']);
  assert.deepEqual(await types(dataset), ['resize', 'toTensor', 'normalize']);
});
