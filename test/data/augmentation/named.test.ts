import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deterministicTransforms } from '../../../src/data/augmentation/deterministic.ts';
import { augmentedTransforms } from '../../../src/data/augmentation/augmentedTransforms.ts';
import { augmentations, checkAugment, parseAugment } from '../../../src/data/augmentation/named.ts';
import { generateShapes } from '../../../src/data/shapes.ts';
import { articleTransforms, checkDeterministic, type TransformStep } from '../../../src/data/transforms.ts';
import { transforms } from '../../../src/model/transforms.ts';

const dataset = generateShapes('train', { limit: 40 });
const types = (steps: readonly TransformStep[]): string[] => steps.map(({ type }) => type);
const augmented = (test: readonly TransformStep[], list: string, side: number) =>
  augmentedTransforms(test, parseAugment(list), { side, dataset });

test('every name adds its step, and none of them reaches the test', async () => {
  const all = Object.keys(augmentations).filter((name) => name !== 'crop' && name !== 'resized-crop');
  const { train, test: tested } = await augmented(articleTransforms(32), all.join(','), 32);
  assert.deepEqual(types(train), [
    'resize',
    'randomCrop',
    'randomTranslate',
    'randomHorizontalFlip',
    'colorJitter',
    'toTensor',
    'pcaColor',
    'normalize',
    'randomErasing',
    'cutout',
  ]);
  assert.deepEqual(tested, articleTransforms(32));
  assert.deepEqual(train[1], transforms.randomCrop(32, { padding: 4 }));
});

test('numbers after names are taken', async () => {
  const { train } = await augmented(articleTransforms(32), 'pad-crop=2, flip=0.25,color=0.2,cutout=8', 32);
  assert.deepEqual(train, [
    transforms.resize(32),
    transforms.randomCrop(32, { padding: 2 }),
    transforms.randomHorizontalFlip(0.25),
    transforms.colorJitter({ brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.05 }),
    ...articleTransforms(32).slice(1),
    transforms.cutout(8),
  ]);
});

test('colours are changed before images are enlarged, which would only cost time', async () => {
  const { train } = await augmented(articleTransforms(64), 'flip,color', 64);
  assert.deepEqual(types(train).slice(0, 3), ['colorJitter', 'resize', 'randomHorizontalFlip']);
});

test('crops out of larger images are tested on the middle of them', async () => {
  const [, toTensor, normalize] = articleTransforms(224);
  const rest = [toTensor!, normalize!];
  const middle = [transforms.resize(256), transforms.centerCrop(224), ...rest];
  const random = [transforms.resize(256), transforms.randomCrop(224), ...rest];
  assert.deepEqual(await augmented(articleTransforms(224), 'crop', 224), { train: random, test: middle });
  assert.deepEqual(await augmented(middle, 'crop', 224), { train: random, test: middle });
  assert.deepEqual(
    (await augmented(articleTransforms(224), 'crop=240', 224)).train[0],
    transforms.resize(240),
  );
  assert.deepEqual(await augmented(articleTransforms(224), 'resized-crop=0.5', 224), {
    train: [transforms.randomResizedCrop(224, { scale: [0.5, 1] }), ...rest],
    test: middle,
  });
  // A network that takes the middle of the images as they are, as cuda-convnet's 24 of 32.
  const small = [transforms.centerCrop(24), ...rest];
  assert.deepEqual(await augmented(small, 'crop', 24), {
    train: [transforms.randomCrop(24), ...rest],
    test: small,
  });
  // Images that have the network's size already are tested whole.
  const whole = articleTransforms(32);
  assert.deepEqual((await augmented(whole, 'resized-crop', 32)).test, whole);
  await assert.rejects(augmented(whole, 'crop', 32), { code: 'ALEX_OPTION_VALUE' });
});

test('what is no augmentation is refused', () => {
  for (const list of ['', 'flipp', 'flip,flip', 'flip=', 'flip=x', 'flip=1=2', 'flip=-1', 'crop,pad-crop']) {
    assert.throws(() => parseAugment(list), { code: 'ALEX_OPTION_VALUE' }, list);
  }
  assert.throws(() => parseAugment('flipp'), /did you mean flip\?/);
  for (const value of [null, 'flip', [1], ['pad_crop']]) {
    assert.throws(() => checkAugment(value), { code: 'ALEX_OPTION_VALUE' });
  }
});

test('a value out of its range is refused', async () => {
  for (const list of [
    'flip=2',
    'translate=1.5',
    'color=3',
    'cutout=0',
    'pad-crop=1.5',
    'resized-crop=0',
    'erase=7',
  ]) {
    await assert.rejects(augmented(articleTransforms(32), list, 32), { code: 'ALEX_OPTION_VALUE' }, list);
  }
});

test('steps to test with follow from those to train with', () => {
  const { compose, resize, centerCrop, toTensor, normalize } = transforms;
  const half = [0.5, 0.5, 0.5];
  const train = compose([
    transforms.randomResizedCrop(224),
    transforms.randomHorizontalFlip(),
    transforms.colorJitter({ hue: 0.1 }),
    toTensor(),
    normalize(half, half),
    transforms.randomErasing(),
  ]);
  const expected = compose([resize(256), centerCrop(224), toTensor(), normalize(half, half)]);
  assert.deepEqual(deterministicTransforms(train), expected);
  assert.deepEqual(
    deterministicTransforms(compose([transforms.randomCrop(24), toTensor()])),
    compose([centerCrop(24), toTensor()]),
  );
  assert.throws(() => checkDeterministic(train), { code: 'ALEX_DATA_TRANSFORMS' });
});
