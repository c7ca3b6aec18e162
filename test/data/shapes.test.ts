import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import type { MemoryDataset } from '../../src/data/dataset.ts';
import { generateShapes, shapesClasses, shapesSizes } from '../../src/data/shapes.ts';
import { permutation } from '../../src/random/permutation.ts';

const features = 3 * 32 * 32;

/** Pixels centred at 0. */
function pixelsOf({ images }: MemoryDataset): Float32Array {
  return Float32Array.from(images, (pixel) => pixel / 127.5 - 1);
}

/** Class scores [classes] of one image, from weights [classes, features + 1]. */
function linearScores(
  weights: Float32Array,
  pixels: Float32Array,
  image: number,
  scores: Float64Array,
): void {
  for (let k = 0; k < scores.length; k++) {
    const row = k * (features + 1);
    let sum = weights[row + features]!;
    for (let i = 0, at = image * features; i < features; i++, at++) sum += weights[row + i]! * pixels[at]!;
    scores[k] = sum;
  }
}

function softmax(scores: Float64Array): void {
  const most = Math.max(...scores);
  let total = 0;
  for (let k = 0; k < scores.length; k++) total += scores[k] = Math.exp(scores[k]! - most);
  for (let k = 0; k < scores.length; k++) scores[k]! /= total;
}

/** Softmax regression on raw pixels by SGD, an image a step. */
function trainLinear(data: MemoryDataset, epochs: number): Float32Array {
  const weights = new Float32Array(data.classes.length * (features + 1));
  const pixels = pixelsOf(data);
  const scores = new Float64Array(data.classes.length);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = 0.0005 / (1 + epoch);
    for (const image of permutation(data.length, 1, epoch)) {
      linearScores(weights, pixels, image, scores);
      softmax(scores);
      scores[data.labels[image]!]! -= 1;
      for (let k = 0; k < scores.length; k++) {
        const row = k * (features + 1);
        const step = rate * scores[k]!;
        for (let i = 0, at = image * features; i < features; i++, at++)
          weights[row + i]! -= step * pixels[at]!;
        weights[row + features]! -= step;
      }
    }
  }
  return weights;
}

function linearAccuracy(weights: Float32Array, data: MemoryDataset): number {
  const pixels = pixelsOf(data);
  const scores = new Float64Array(data.classes.length);
  let correct = 0;
  for (let image = 0; image < data.length; image++) {
    linearScores(weights, pixels, image, scores);
    if (scores.indexOf(Math.max(...scores)) === data.labels[image]) correct++;
  }
  return correct / data.length;
}

test('a linear model on raw pixels fails on shapes', (t) => {
  const train = generateShapes('train');
  const weights = trainLinear(train, 2);
  const seen = linearAccuracy(weights, generateShapes('train', { limit: 1000 }));
  const unseen = linearAccuracy(weights, generateShapes('test'));
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  t.diagnostic(
    `linear model on shapes: ${percent(seen)} of training images, ${percent(unseen)} of test images`,
  );
  // It did learn (chance is 10 %), and yet it fails.
  assert.ok(seen > 0.2, `training accuracy ${seen}`);
  assert.ok(unseen > 0.1 && unseen < 0.45, `test accuracy ${unseen}`);
});

test('shapes has ten classes in equal numbers and two splits that differ', () => {
  const train = generateShapes('train', { limit: 50 });
  const testSet = generateShapes('test');
  assert.equal(shapesClasses.length, 10);
  assert.equal(testSet.length, shapesSizes.test);
  const counts = shapesClasses.map((_, label) => testSet.labels.filter((l) => l === label).length);
  assert.deepEqual(counts, Array(10).fill(shapesSizes.test / 10));
  assert.notEqual(Buffer.compare(train.images, testSet.images.subarray(0, train.images.length)), 0);
  assert.equal(train.images.length, 50 * features);
});

test('the same seed gives the same bytes, and a limit the first images', () => {
  const some = generateShapes('train', { limit: 64 });
  const fewer = generateShapes('train', { limit: 10 });
  assert.equal(Buffer.compare(some.images.subarray(0, fewer.images.length), fewer.images), 0);
  assert.notEqual(Buffer.compare(generateShapes('train', { limit: 10, seed: 1 }).images, fewer.images), 0);
  // The bytes of the first machine that drew them: every other must draw the same.
  assert.equal(crc32(some.images), 2445579928);
});
