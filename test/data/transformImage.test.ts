import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channels, interleavedImage, planarImage } from '../../src/data/image.ts';
import { imageTransform, transformImage } from '../../src/data/transformImage.ts';
import {
  articleTransforms,
  centerCrop,
  compose,
  normalize,
  resize,
  toTensor,
} from '../../src/data/transforms.ts';
import type { ImageBuffer } from '../../src/engine/engine.ts';
import { hashedPixels } from './goldenImages.ts';

/** [images, 3, side, side], planes after each other as the reference engine has them. */
function planarBuffer(images: number, side: number): ImageBuffer {
  const strides = { image: channels * side * side, channel: side * side, row: side, column: 1 };
  return {
    data: new Float32Array(images * strides.image),
    offset: 0,
    strides,
    shape: [images, channels, side, side],
  };
}

/** The same, channels last, inside two rows and columns of padding. */
function paddedBuffer(images: number, side: number): ImageBuffer {
  const row = (side + 4) * channels;
  const strides = { image: row * (side + 4), channel: 1, row, column: channels };
  const data = new Float32Array(images * strides.image);
  return { data, offset: 2 * row + 2 * channels, strides, shape: [images, channels, side, side] };
}

function values({ data, offset, strides, shape: [, , height, width] }: ImageBuffer, image: number): number[] {
  const out: number[] = [];
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        out.push(
          data[offset + image * strides.image + c * strides.channel + y * strides.row + x * strides.column]!,
        );
      }
    }
  }
  return out;
}

test('toTensor and normalize give PyTorch float32 values', () => {
  const pixels = Uint8Array.of(0, 1, 127, 128, 254, 255, 3, 200, 30, 31, 32, 33);
  const target = planarBuffer(1, 2);
  const steps = compose([toTensor(), normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]);
  transformImage(planarImage(pixels, { height: 2, width: 2 }), steps, target);
  // Each operation rounded to float32: x / 255, then - mean, then / std.
  const mean = Float32Array.of(0.485, 0.456, 0.406);
  const std = Float32Array.of(0.229, 0.224, 0.225);
  const expected = Array.from(pixels, (pixel, i) => {
    const centred = Math.fround(Math.fround(pixel / 255) - mean[i >> 2]!);
    return Math.fround(centred / std[i >> 2]!);
  });
  assert.deepEqual(values(target, 0), expected);
  const article = planarBuffer(1, 2);
  transformImage(planarImage(pixels, { height: 2, width: 2 }), articleTransforms(2), article);
  assert.deepEqual([values(article, 0)[0], values(article, 0)[5]], [-1, 1]);
});

test('every layout of input and output holds the same image, and nothing else is written', () => {
  const size = { height: 5, width: 5 };
  const pixels = hashedPixels(3, 0, channels * 25);
  const rgba = new Uint8Array(100);
  for (let i = 0; i < 100; i++) rgba[i] = i % 4 === 3 ? 99 : pixels[(i % 4) * 25 + (i >> 2)]!;
  const transform = imageTransform(articleTransforms(8));
  const planar = planarBuffer(3, 8);
  const padded = paddedBuffer(3, 8);
  transform(planarImage(pixels, size), planar, 1);
  transform(interleavedImage(rgba, size, 4), padded, 1);
  assert.deepEqual(values(padded, 1), values(planar, 1));
  assert.equal(planar.data.filter((v) => v !== 0).length, padded.data.filter((v) => v !== 0).length);
  assert.deepEqual(values(planar, 0), Array(192).fill(0));
});

test('centerCrop takes the middle, as torchvision places it', () => {
  const pixels = Uint8Array.from({ length: channels * 5 * 4 }, (_, i) => i);
  const target = planarBuffer(1, 2);
  transformImage(planarImage(pixels, { height: 5, width: 4 }), compose([centerCrop(2), toTensor()]), target);
  // top = round(1.5) = 2 in Python, left = 1
  const expected = [9, 10, 13, 14];
  assert.deepEqual(
    values(target, 0).map((v) => Math.round(v * 255)),
    [0, 20, 40].flatMap((plane) => expected.map((pixel) => plane + pixel)),
  );
});

test('an image that does not fit the target is refused', () => {
  const image = planarImage(new Uint8Array(channels * 6 * 4), { height: 6, width: 4 });
  assert.throws(() => transformImage(image, articleTransforms(8), planarBuffer(1, 8)), {
    code: 'ALEX_TENSOR_SHAPE',
  });
});

test('a sliver is refused before memory is asked for', () => {
  const sliver = planarImage(new Uint8Array(channels * 100_000), { height: 1, width: 100_000 });
  const steps = compose([resize(224), centerCrop(224), toTensor()]);
  assert.throws(() => transformImage(sliver, steps, planarBuffer(1, 224)), { code: 'ALEX_DATA_TRANSFORMS' });
});
