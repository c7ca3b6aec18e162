/** What is drawn: reproducible, within bounds, spread as the steps say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  drawCrop,
  drawCutout,
  drawErasing,
  drawResizedCrop,
  drawTranslation,
} from '../../../src/data/augmentation/drawWindow.ts';
import { drawPcaOffsets, pcaOffsets } from '../../../src/data/augmentation/pcaColor.ts';
import { channels, planarImage } from '../../../src/data/image.ts';
import { sharedImageBuffer } from '../../../src/data/imageBuffer.ts';
import { imageTransform } from '../../../src/data/transformImage.ts';
import { checkTransforms, type TransformStep } from '../../../src/data/transforms.ts';
import { transforms } from '../../../src/model/transforms.ts';
import { createImageDraws } from '../../../src/random/imageDraws.ts';
import { hashedPixels } from '../goldenImages.ts';

const { cutout, randomCrop, randomErasing, randomResizedCrop, randomTranslate } = transforms;
const pca = transforms.pcaColor({
  magnitudes: [0.2, 0.02, 0.005],
  vectors: [
    [0.6, 0.64, 0.48],
    [0.8, -0.48, -0.36],
    [0, 0.6, -0.8],
  ],
});
const everything = transforms.compose([
  transforms.randomTranslate([0.2, 0.1], { fill: 4 }),
  transforms.randomHorizontalFlip(),
  transforms.colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
  transforms.randomResizedCrop(20, { scale: [0.5, 1] }),
  transforms.randomCrop(16, { padding: 2, paddingMode: 'reflect' }),
  transforms.toTensor(),
  pca,
  transforms.normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
  transforms.cutout(6),
  transforms.randomErasing({ value: 0.25 }),
]);
const image = planarImage(hashedPixels(1, 0, channels * 24 * 19), { height: 24, width: 19 });

function transformed(steps: readonly TransformStep[], seed: number, epoch: number, index: number): number[] {
  const target = sharedImageBuffer([1, channels, 16, 16]);
  imageTransform(steps, seed)(image, target, 0, { epoch, index });
  return [...target.data];
}

test('the same seed, epoch and image give the same bits; another of any of them gives others', () => {
  const first = transformed(everything, 3, 2, 5);
  assert.deepEqual(transformed(checkTransforms(JSON.parse(JSON.stringify(everything))), 3, 2, 5), first);
  const others = [
    [4, 2, 5],
    [3, 3, 5],
    [3, 2, 6],
    [3 + 2 ** 32, 2, 5],
  ] as const;
  for (const [seed, epoch, index] of others) {
    assert.notDeepEqual(transformed(everything, seed, epoch, index), first);
  }
});

test('what an image gets does not depend on those before it', () => {
  const transform = imageTransform(everything, 3);
  const target = sharedImageBuffer([2, channels, 16, 16]);
  for (const index of [9, 1, 5]) transform(image, target, 1, { epoch: 2, index });
  assert.deepEqual([...target.data.subarray(channels * 256)], transformed(everything, 3, 2, 5));
});

test('windows keep their bounds, whatever the image and the draw', () => {
  const side = fc.integer({ min: 1, max: 60 });
  fc.assert(
    fc.property(
      side,
      side,
      side,
      fc.integer({ min: 0, max: 9 }),
      fc.nat(1000),
      (height, width, size, padding, index) => {
        const of = { height, width };
        const draws = createImageDraws(1);
        draws.image(0, index);
        draws.step(0);
        const inside = (window: { top: number; left: number; height: number; width: number }, margin = 0) => {
          assert.ok(window.height >= 1 && window.width >= 1);
          assert.ok(window.top >= -margin && window.top + window.height <= height + margin);
          assert.ok(window.left >= -margin && window.left + window.width <= width + margin);
        };
        inside(drawResizedCrop(randomResizedCrop(size), of, draws));
        inside(drawCutout(cutout(size), of, draws)!);
        const erased = drawErasing(randomErasing({ probability: 1 }), of, draws);
        // Of a tiny image, the share may be less than a pixel.
        if (erased !== undefined && erased.height > 0 && erased.width > 0) inside(erased);
        const moved = drawTranslation(randomTranslate([0.5, 0.25]), of, draws);
        assert.ok(
          Math.abs(moved.left) <= Math.round(width / 2) && Math.abs(moved.top) <= Math.round(height / 4),
        );
        if (size > Math.min(height, width) + 2 * padding) return;
        const crop = drawCrop(randomCrop(size, { padding }), of, draws);
        inside(crop, padding);
        assert.deepEqual([crop.height, crop.width], [size, size]);
      },
    ),
  );
});

/** `count` draws, one an image. */
function drawn<T>(count: number, draw: (draws: ReturnType<typeof createImageDraws>) => T): T[] {
  const draws = createImageDraws(11);
  return Array.from({ length: count }, (_, index) => {
    draws.image(0, index);
    draws.step(0);
    return draw(draws);
  });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test('crops, shares and ratios are spread evenly', () => {
  const of = { height: 32, width: 32 };
  const tops = drawn(9000, (draws) => drawCrop(randomCrop(32, { padding: 4 }), of, draws).top);
  const counts = Array.from({ length: 9 }, (_, i) => tops.filter((top) => top === i - 4).length);
  // Of nine places 1000 each, standard deviation 30.
  for (const count of counts) assert.ok(Math.abs(count - 1000) < 150, String(counts));

  const large = { height: 4000, width: 4000 };
  const windows = drawn(4000, (draws) =>
    drawResizedCrop(randomResizedCrop(9, { scale: [0.1, 0.5] }), large, draws),
  );
  const shares = windows.map(({ height, width }) => (height * width) / 4000 ** 2);
  assert.ok(Math.min(...shares) > 0.0999 && Math.max(...shares) < 0.5001);
  assert.ok(Math.abs(meanOf(shares) - 0.3) < 0.01);
  const logRatios = windows.map(({ height, width }) => Math.log(width / height));
  assert.ok(Math.abs(meanOf(logRatios)) < 0.01 && Math.max(...logRatios) < Math.log(4 / 3) + 0.001);
});

test('where no draw fits, the middle is cut out, as torchvision has it', () => {
  const whole = randomResizedCrop(9, { scale: [1, 1] });
  const cut = (height: number, width: number) =>
    drawn(1, (draws) => drawResizedCrop(whole, { height, width }, draws))[0];
  // RandomResizedCrop.get_params of such images.
  assert.deepEqual(cut(10, 100), { top: 0, left: 43, height: 10, width: 13 });
  assert.deepEqual(cut(100, 10), { top: 43, left: 0, height: 13, width: 10 });
});

test('normal draws have the moments of the normal distribution', () => {
  const values = drawn(20_000, (draws) => draws.normal());
  // Standard errors are 0.007, 0.01 and 0.07.
  assert.ok(Math.abs(meanOf(values)) < 0.03);
  assert.ok(Math.abs(meanOf(values.map((value) => value ** 2)) - 1) < 0.04);
  assert.ok(Math.abs(meanOf(values.map((value) => value ** 4)) - 3) < 0.3);
  const beyond = values.filter((value) => Math.abs(value) > 1.959964).length / values.length;
  assert.ok(Math.abs(beyond - 0.05) < 0.007);
});

test("PCA colour is the paper's formula in float64, once an image, before normalize", () => {
  const a = [0.13, -0.21, 0.08];
  // I + [p1 p2 p3][a1 l1, a2 l2, a3 l3]ᵀ, written out.
  const [p1, p2, p3] = pca.vectors;
  const [l1, l2, l3] = pca.magnitudes;
  const expected = [0, 1, 2].map(
    (c) => p1![c]! * a[0]! * l1! + p2![c]! * a[1]! * l2! + p3![c]! * a[2]! * l3!,
  );
  pcaOffsets(pca, a).forEach((offset, c) => assert.ok(Math.abs(offset - expected[c]!) < 1e-16));

  const normalize = transforms.normalize([0.4, 0.5, 0.6], [0.2, 0.3, 0.4]);
  const steps = transforms.compose([transforms.centerCrop(16), transforms.toTensor(), pca, normalize]);
  const values = transformed(steps, 8, 1, 77);
  const draws = createImageDraws(8);
  draws.image(1, 77);
  draws.step(2);
  const offsets = drawPcaOffsets(pca, draws);
  for (const at of [0, 100, 255]) {
    for (let c = 0; c < channels; c++) {
      const [y, x] = [4 + (at >> 4), 2 + (at & 15)];
      const pixel = image.data[c * 24 * 19 + y * 19 + x]! / 255;
      const value = (pixel + offsets[c]! - normalize.mean[c]!) / normalize.std[c]!;
      assert.ok(Math.abs(values[c * 256 + at]! - value) < 1e-6);
    }
  }
  const along = drawn(5000, (draw) => drawPcaOffsets(pca, draw));
  const firstAxis = along.map((offset) => offset.reduce((sum, value, c) => sum + value * p1![c]!, 0));
  // 0.1 times the eigenvalue.
  assert.ok(Math.abs(Math.sqrt(meanOf(firstAxis.map((value) => value ** 2))) - 0.02) < 0.001);
});
