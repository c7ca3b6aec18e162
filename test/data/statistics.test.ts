import assert from 'node:assert/strict';
import { test } from 'node:test';
import { principalColors } from '../../src/data/augmentation/principalColors.ts';
import { channels, planarImage } from '../../src/data/image.ts';
import { sharedImageBuffer } from '../../src/data/imageBuffer.ts';
import { generateShapes } from '../../src/data/shapes.ts';
import { imageStatistics } from '../../src/data/statistics.ts';
import { transformImage } from '../../src/data/transformImage.ts';
import { articleTransforms } from '../../src/data/transforms.ts';
import { transforms } from '../../src/model/transforms.ts';

const dataset = generateShapes('train', { limit: 70 });
const pixels = 32 * 32;

function near(found: number, expected: number, tolerance = 1e-7): void {
  assert.ok(Math.abs(found - expected) <= tolerance, `${found}, expected ${expected}`);
}

test('mean, covariance and mean image are those of the pixels', async () => {
  const found = await imageStatistics(dataset, articleTransforms(32), { workers: 0 });
  assert.equal(found.images, 70);
  // By the definitions, over all pixels.
  const value = (image: number, c: number, at: number): number =>
    dataset.images[(image * channels + c) * pixels + at]! / 255;
  const all = Array.from({ length: 70 * pixels }, (_, i) => [i % 70, Math.floor(i / 70)] as const);
  const mean = [0, 1, 2].map(
    (c) => all.reduce((sum, [image, at]) => sum + value(image, c, at), 0) / all.length,
  );
  for (let c = 0; c < channels; c++) {
    near(found.mean[c]!, mean[c]!);
    near(found.std[c]! ** 2, found.covariance[c]![c]!);
    for (let d = 0; d < channels; d++) {
      const products = all.reduce(
        (sum, [image, at]) => sum + (value(image, c, at) - mean[c]!) * (value(image, d, at) - mean[d]!),
        0,
      );
      near(found.covariance[c]![d]!, products / all.length);
    }
    for (const at of [0, 500, 1023]) {
      let sum = 0;
      for (let image = 0; image < 70; image++) sum += value(image, c, at);
      near(found.meanImage.mean[c * pixels + at]!, sum / 70);
    }
  }
  assert.deepEqual([found.meanImage.height, found.meanImage.width], [32, 32]);
});

test('eigenvectors and eigenvalues rebuild the covariance', async () => {
  const { covariance } = await imageStatistics(dataset, articleTransforms(32), { workers: 0 });
  const matrices = [
    covariance,
    [
      [2, 0, 0],
      [0, 5, 0],
      [0, 0, 3],
    ],
    [
      [1, 1, 1],
      [1, 1, 1],
      [1, 1, 1],
    ],
  ];
  for (const matrix of matrices) {
    const { eigenvalues, eigenvectors } = principalColors(matrix);
    assert.deepEqual(
      eigenvalues,
      eigenvalues.toSorted((a, b) => b - a),
    );
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const dot = eigenvectors[i]!.reduce((sum, x, c) => sum + x * eigenvectors[j]![c]!, 0);
        near(dot, i === j ? 1 : 0, 1e-14);
        const rebuilt = eigenvalues.reduce(
          (sum, l, k) => sum + l * eigenvectors[k]![i]! * eigenvectors[k]![j]!,
          0,
        );
        near(rebuilt, matrix[i]![j]!, 1e-14);
      }
    }
  }
});

test('the mean of larger images is kept small, and enlarged again', async () => {
  const { meanImage } = await imageStatistics(dataset, articleTransforms(96), { workers: 0 });
  assert.deepEqual([meanImage.height, meanImage.width, meanImage.mean.length], [48, 48, 3 * 48 * 48]);
  const steps = [...articleTransforms(96).slice(0, 2), transforms.subtractMean(meanImage)];
  const target = sharedImageBuffer([1, channels, 96, 96]);
  const sums = new Float64Array(target.data.length);
  for (let i = 0; i < 70; i++) {
    transformImage(planarImage(dataset.images, dataset, i * channels * pixels), steps, target);
    target.data.forEach((value, at) => (sums[at]! += value / 70));
  }
  // The means at 96 × 96 themselves are up to 0.6; what is left of them is what a grid of 48 cannot hold.
  const left = sums.reduce((most, sum) => Math.max(most, Math.abs(sum)), 0);
  assert.ok(left < 0.05, String(left));
});
