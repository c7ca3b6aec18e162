import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testViews, viewCounts } from '../../../src/data/augmentation/views.ts';
import { articleTransforms, outputSize, type TransformStep } from '../../../src/data/transforms.ts';
import { transforms } from '../../../src/model/transforms.ts';

const { centerCrop, compose, cornerCrop, horizontalFlip, pad, resize, toTensor } = transforms;

/** The steps before the crops, of ten views that must be four corners, the middle, and these mirrored. */
function before(views: readonly (readonly TransformStep[])[], side: number): readonly TransformStep[] {
  assert.equal(views.length, 10);
  const first = views[0]!.slice(
    0,
    views[0]!.findIndex(({ type }) => type === 'cornerCrop'),
  );
  const after = views[0]!.slice(first.length + 1);
  const crops = [
    cornerCrop(side, 'topLeft'),
    cornerCrop(side, 'topRight'),
    cornerCrop(side, 'bottomLeft'),
    cornerCrop(side, 'bottomRight'),
    centerCrop(side),
  ];
  assert.deepEqual(views, [
    ...crops.map((crop) => [...first, crop, ...after]),
    ...crops.map((crop) => [...first, crop, horizontalFlip(), ...after]),
  ]);
  return first;
}

test('ten crops are cut from the image that the model cuts its middle from, or from a larger one', () => {
  const tenOf = (steps: readonly TransformStep[], side: number, padding?: number) =>
    before(testViews(steps, 'ten-crop', { side, padding }), side);
  // The paper's: 224 out of the middle 256 × 256.
  const paper = [resize(256), centerCrop(256)];
  assert.deepEqual(tenOf(compose([resize(256), centerCrop(224), toTensor()]), 224), paper);
  assert.deepEqual(tenOf(articleTransforms(224), 224), paper);
  assert.deepEqual(tenOf(compose([resize(224), centerCrop(224), toTensor()]), 224), paper);
  // cuda-convnet's 24 out of 32.
  assert.deepEqual(tenOf(compose([centerCrop(24), toTensor()]), 24), []);
  // Whole images: in the frame that the training put around them, or as the paper does it.
  assert.deepEqual(tenOf(articleTransforms(32), 32, 3), [resize(32), pad(3)]);
  assert.deepEqual(tenOf(articleTransforms(32), 32), [resize(37), centerCrop(37)]);
  assert.deepEqual(tenOf(compose([toTensor()]), 32), [pad(4)]);
});

test('views have the size that the network takes, as many as are told', () => {
  const sizes = [
    { height: 32, width: 32 },
    { height: 240, width: 333 },
  ];
  for (const averaging of ['none', 'flip', 'ten-crop'] as const) {
    for (const size of sizes) {
      const steps = compose([resize(24), centerCrop(24), toTensor()]);
      const views = testViews(steps, averaging, { side: 24 });
      assert.equal(views.length, viewCounts[averaging]);
      for (const view of views) assert.deepEqual(outputSize(view, size), { height: 24, width: 24 });
    }
  }
});

test('flip is the image, then its mirror image', () => {
  const steps = articleTransforms(32);
  assert.deepEqual(testViews(steps, 'none', { side: 32 }), [steps]);
  assert.deepEqual(testViews(steps, 'flip', { side: 32 }), [
    steps,
    [steps[0], horizontalFlip(), ...steps.slice(1)],
  ]);
});
