import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { channels, interleavedImage, planarImage, type ImageView } from '../../src/data/image.ts';
import { resize, resizedSize, resizeScratch } from '../../src/data/resize.ts';
import { loadDataset } from '../../src/data/datasets.ts';
import { upright } from '../../src/data/images/orientation.ts';
import { cifarArchive, cifarMissing, hashedPixels } from './goldenImages.ts';

interface Golden {
  cases: {
    input: [number, number, number];
    size: number;
    output: number[];
    crc32: number;
    at: number[];
    values: number[];
  }[];
  cifar: { record: number; size: number; crc32: number }[];
}

const golden = JSON.parse(readFileSync(new URL('../golden/resize.json', import.meta.url), 'utf8')) as Golden;

function toInterleaved({ data, offset, height, width, strides }: ImageView): Uint8Array {
  const out = new Uint8Array(height * width * channels);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++, i++) {
        out[i] = data[offset + c * strides.channel + y * strides.row + x * strides.column]!;
      }
    }
  }
  return out;
}

golden.cases.forEach(({ input: [height, width], size, output, crc32: expected, at, values }, t) => {
  test(`resize ${height}×${width} to ${size} gives Pillow's bytes`, () => {
    const pixels = hashedPixels(5, t, height * width * channels);
    const resized = resize(interleavedImage(pixels, { height, width }), resizedSize({ height, width }, size));
    const bytes = toInterleaved(resized);
    assert.deepEqual([resized.height, resized.width, channels], output);
    assert.deepEqual(
      at.map((i) => bytes[i]),
      values,
    );
    assert.equal(crc32(bytes), expected);
  });
});

test('resize gives back an image that has the size already', () => {
  const image = planarImage(hashedPixels(1, 0, 12), { height: 2, width: 2 });
  assert.equal(resize(image, { height: 2, width: 2 }), image);
});

const side = fc.integer({ min: 1, max: 12 });

test('resize stays between the least and the greatest pixel, for planes and interleaved pixels alike', () => {
  const scratch = resizeScratch();
  fc.assert(
    fc.property(side, side, side, side, fc.nat(), (height, width, toHeight, toWidth, seed) => {
      const pixels = hashedPixels(seed, 0, channels * height * width);
      const to = { height: toHeight, width: toWidth };
      const planar = resize(planarImage(pixels, { height, width }), to, scratch);
      const bytes = toInterleaved(planar);
      const [least, greatest] = [Math.min(...pixels), Math.max(...pixels)];
      assert.ok(bytes.every((byte) => byte >= least && byte <= greatest));
      const interleaved = toInterleaved(planarImage(pixels, { height, width }));
      const again = toInterleaved(resize(interleavedImage(interleaved, { height, width }), to));
      assert.equal(Buffer.compare(again, bytes), 0);
    }),
  );
});

test('both sides at once give what one after the other gives, whichever way the image is turned', () => {
  const scratch = resizeScratch();
  const large = fc.integer({ min: 1, max: 70 });
  fc.assert(
    fc.property(
      large,
      large,
      large,
      large,
      fc.integer({ min: 1, max: 8 }),
      fc.boolean(),
      (height, width, toHeight, toWidth, orientation, planes) => {
        const pixels = hashedPixels(height + 71 * width, 0, channels * height * width);
        const size = { height, width };
        const image = upright(
          planes ? planarImage(pixels, size) : interleavedImage(pixels, size),
          orientation,
        );
        const stepByStep = resize(resize(image, { height: image.height, width: toWidth }), {
          height: toHeight,
          width: toWidth,
        });
        const atOnce = resize(image, { height: toHeight, width: toWidth }, scratch);
        assert.equal(Buffer.compare(toInterleaved(atOnce), toInterleaved(stepByStep)), 0);
      },
    ),
  );
});

test('CIFAR-10 images resized to 224 give Pillow’s bytes', { skip: cifarMissing }, async () => {
  const dataset = await loadDataset(cifarArchive, { split: 'test', limit: 2 });
  assert.ok('images' in dataset);
  const { images } = dataset;
  for (const { record, size, crc32: expected } of golden.cifar) {
    const image = planarImage(images, { height: 32, width: 32 }, record * 3072);
    assert.equal(crc32(toInterleaved(resize(image, { height: size, width: size }))), expected);
  }
});
