import assert from 'node:assert/strict';
import { test } from 'node:test';
import { centerCrop, compose, resize, toTensor } from '../../src/data/transforms.ts';
import { pad, randomCrop } from '../../src/data/augmentation/imageSteps.ts';
import { knowsWholeImagesOnly, modelViews } from '../../src/training/modelViews.ts';
import { tinyNetwork } from './tinyTraining.ts';

const whole = compose([resize(8), toTensor()]);

function model(training: unknown, transforms = whole) {
  return { network: tinyNetwork, classes: [], transforms, details: { training } };
}

test('ten crops of whole images are padded as the training padded them, whatever a file says of it', () => {
  const framed = [
    [{ augment: ['flip', 'pad-crop'] }, 1],
    [{ augment: ['pad-crop=3'] }, 3],
    [{ trainTransforms: [randomCrop(8, { padding: 2 })] }, 2],
  ] as const;
  for (const [training, padding] of framed) {
    const [first] = modelViews(model(training), 'ten-crop', { anyShape: false });
    assert.deepEqual(first!.slice(0, 2), [resize(8), pad(padding)]);
    assert.equal(knowsWholeImagesOnly(model(training)), false);
  }
  const unknown = [
    undefined,
    null,
    {},
    { augment: 'pad-crop' },
    { augment: [3, 'pad-crop=x'] },
    { trainTransforms: [null] },
  ];
  for (const training of unknown) {
    const [first] = modelViews(model(training), 'ten-crop', { anyShape: false });
    assert.deepEqual(first!.slice(0, 2), [resize(9), centerCrop(9)]);
    assert.equal(knowsWholeImagesOnly(model(training)), true);
  }
  assert.equal(knowsWholeImagesOnly(model({}, compose([resize(10), centerCrop(8), toTensor()]))), false);
});
