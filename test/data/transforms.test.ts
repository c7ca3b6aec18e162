import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomCrop } from '../../src/data/augmentation/imageSteps.ts';
import { cutout } from '../../src/data/augmentation/tensorSteps.ts';
import {
  articleTransforms,
  centerCrop,
  checkTransforms,
  compose,
  normalize,
  outputSize,
  resize,
  squareTransforms,
  toTensor,
} from '../../src/data/transforms.ts';

const half = [0.5, 0.5, 0.5];

test('compose gives plain data that JSON keeps', () => {
  const steps = compose([resize(256), centerCrop(224), toTensor(), normalize(half, half)]);
  assert.deepEqual(checkTransforms(JSON.parse(JSON.stringify(steps))), steps);
  assert.deepEqual(articleTransforms(224), [
    { type: 'resize', size: 224 },
    { type: 'toTensor' },
    { type: 'normalize', mean: half, std: half },
  ]);
});

test('a wrong order neither compiles nor runs', () => {
  const wrongOrder = { code: 'ALEX_DATA_TRANSFORMS' };
  // @ts-expect-error resize takes an image, not a tensor
  assert.throws(() => compose([toTensor(), resize(224)]), wrongOrder);
  // @ts-expect-error normalize takes a tensor, not an image
  assert.throws(() => compose([normalize(half, half), toTensor()]), wrongOrder);
  // @ts-expect-error an image is a tensor once
  assert.throws(() => compose([toTensor(), toTensor()]), wrongOrder);
  // @ts-expect-error crops take an image
  assert.throws(() => compose([toTensor(), randomCrop(224)]), wrongOrder);
  // @ts-expect-error cutout takes a tensor
  assert.throws(() => compose([cutout(8), toTensor()]), wrongOrder);
  // @ts-expect-error the network takes a tensor
  assert.throws(() => compose([resize(224)]), wrongOrder);
  // @ts-expect-error the network takes a tensor
  assert.throws(() => compose([]), wrongOrder);
});

test('values are checked', () => {
  for (const size of [0, -1, 1.5, NaN, 1e9]) {
    assert.throws(() => resize(size), { code: 'ALEX_OPTION_VALUE' });
    assert.throws(() => centerCrop(size), { code: 'ALEX_OPTION_VALUE' });
  }
  for (const std of [
    [0.5, 0.5],
    [0.5, 0.5, 0],
    [0.5, 0.5, NaN],
    [0.5, 0.5, -1],
  ]) {
    assert.throws(() => normalize(half, std), { code: 'ALEX_OPTION_VALUE' });
  }
  assert.throws(() => normalize([0, 0, Infinity], half), { code: 'ALEX_OPTION_VALUE' });
});

test('transforms of a model file are checked', () => {
  for (const steps of [null, {}, [null], ['resize'], [{ type: 'flip' }, { type: 'toTensor' }]]) {
    assert.throws(() => checkTransforms(steps), { code: 'ALEX_DATA_TRANSFORMS' });
  }
  assert.throws(() => checkTransforms([{ type: 'resize', size: '224' }]), { code: 'ALEX_OPTION_VALUE' });
  assert.throws(() => checkTransforms([{ type: 'normalize', mean: 0, std: 1 }]), {
    code: 'ALEX_OPTION_VALUE',
  });
});

test('outputSize follows torchvision: shorter side to size, longer side rounded down', () => {
  const size = (height: number, width: number, shorter: number) =>
    outputSize(compose([resize(shorter), toTensor()]), { height, width });
  // From golden/resize.json, which torchvision wrote.
  assert.deepEqual(size(375, 500, 256), { height: 256, width: 341 });
  assert.deepEqual(size(500, 333, 224), { height: 336, width: 224 });
  assert.deepEqual(size(3, 2, 9), { height: 13, width: 9 });
  const cropped = compose([resize(256), centerCrop(224), toTensor()]);
  assert.deepEqual(outputSize(cropped, { height: 375, width: 500 }), { height: 224, width: 224 });
  assert.deepEqual(outputSize(squareTransforms(32), { height: 40, width: 50 }), { height: 32, width: 32 });
  assert.throws(() => outputSize(compose([centerCrop(33), toTensor()]), { height: 32, width: 40 }), {
    code: 'ALEX_DATA_TRANSFORMS',
  });
});
