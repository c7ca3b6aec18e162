/** Large JPEG files through sharp, which somebody may have installed: the same pixels, the same refusals. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decodeJpeg } from '../../src/data/images/codecs.ts';
import { decodeImage } from '../../src/data/images/decodeImage.ts';
import { sharpJpeg } from '../../src/data/images/sharpJpeg.ts';
import { hashedPixels } from './goldenImages.ts';

const name = 'sharp';
const missing = await import(name).then(
  () => false,
  () => 'sharp is not installed (npm install --no-save sharp)',
);

const size = { width: 1250, height: 810 };

async function largeJpeg(progressive: boolean): Promise<Uint8Array> {
  const jpeg = await import('@jsquash/jpeg/encode.js');
  const path = fileURLToPath(import.meta.resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
  await jpeg.init(await WebAssembly.compile(await readFile(path)));
  const grain = hashedPixels(5, 0, size.width * size.height);
  const data = new Uint8ClampedArray(4 * size.width * size.height);
  grain.forEach((value, i) => data.set([(i % size.width) / 5, value, (value + i) / 7, 255], 4 * i));
  const encode = jpeg.default as unknown as (image: object, options: object) => Promise<ArrayBuffer>;
  return new Uint8Array(await encode({ data, ...size }, { quality: 80, progressive }));
}

for (const progressive of [false, true]) {
  test(
    `sharp gives the bytes of the decoder in WebAssembly, progressive ${progressive}`,
    { skip: missing },
    async () => {
      const file = await largeJpeg(progressive);
      const [own, other] = [await decodeJpeg(file), await sharpJpeg(file, { ...size, components: 3 })];
      assert.ok(other !== undefined);
      const differing = other.data.findIndex(
        (value, i) => value !== own.data[4 * Math.floor(i / 3) + (i % 3)],
      );
      assert.equal(differing, -1);
      await assert.rejects(decodeImage(file.subarray(0, file.length / 2), 'cut'), {
        code: 'ALEX_IMAGE_TRUNCATED',
      });
    },
  );
}

test('small images and CMYK are left to the other decoder', async () => {
  assert.equal(await sharpJpeg(new Uint8Array(100), { width: 500, height: 375, components: 3 }), undefined);
  assert.equal(await sharpJpeg(new Uint8Array(100), { ...size, components: 4 }), undefined);
});
