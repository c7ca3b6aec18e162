import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contactSheet } from '../../../src/data/augmentation/contactSheet.ts';
import { channels, planarImage } from '../../../src/data/image.ts';
import { sharedImageBuffer } from '../../../src/data/imageBuffer.ts';
import { decodeImage } from '../../../src/data/images/decodeImage.ts';
import { encodePng, type RgbImage } from '../../../src/data/images/encodePng.ts';
import { imageTransform } from '../../../src/data/transformImage.ts';
import { visiblePixels } from '../../../src/data/visiblePixels.ts';
import { transforms } from '../../../src/model/transforms.ts';
import { hashedPixels } from '../goldenImages.ts';

const size = { height: 12, width: 12 };
const images = [0, 1].map((i) => planarImage(hashedPixels(5, i, channels * 144), size));
const steps = transforms.compose([
  transforms.randomHorizontalFlip(),
  transforms.randomCrop(12, { padding: 3 }),
  transforms.toTensor(),
  transforms.subtractMean({
    height: 12,
    width: 12,
    mean: Array.from(hashedPixels(6, 0, 432), (v) => v / 255),
  }),
  transforms.normalize([0.1, 0, -0.1], [0.2, 0.3, 0.4]),
]);

test('what normalize and subtractMean did is undone to the byte', () => {
  const plain = steps.filter(({ type }) => type !== 'randomHorizontalFlip' && type !== 'randomCrop');
  const target = sharedImageBuffer([2, channels, 12, 12]);
  imageTransform(plain)(images[1]!, target, 1);
  assert.deepEqual(visiblePixels(target, 1, plain).data, images[1]!.data);
});

test('the sheet shows each image as it is and as the training sees it', async () => {
  const rows = images.map((image, i) => ({ image, index: 7 + i }));
  const sheet = contactSheet(rows, { seed: 4, groups: [{ transforms: steps, epochs: 3 }] });
  // Cells of 12 × 8 pixels, 4 between them, 16 after the first column.
  assert.deepEqual([sheet.width, sheet.height], [16 + 4 * 100, 4 + 2 * 100]);
  const transform = imageTransform(steps, 4);
  const target = sharedImageBuffer([1, channels, 12, 12]);
  for (const [row, { image, index }] of rows.entries()) {
    for (let column = 0; column < 4; column++) {
      if (column > 0) transform(image, target, 0, { epoch: column - 1, index });
      const shown = column === 0 ? image.data : visiblePixels(target, 0, steps).data;
      const left = column === 0 ? 4 : 16 + 100 * column;
      for (const [y, x] of [
        [0, 0],
        [3, 11],
        [11, 5],
      ] as const) {
        for (const corner of [0, 7]) {
          const at = 3 * ((4 + row * 100 + y * 8 + corner) * sheet.width + left + x * 8 + corner);
          const colour = [0, 1, 2].map((c) => shown[c * 144 + y * 12 + x]);
          assert.deepEqual([...sheet.data.subarray(at, at + 3)], colour);
        }
      }
    }
  }
  // The PNG holds these very pixels.
  const decoded = await decodeImage(encodePng(sheet), 'sheet');
  assert.deepEqual([decoded.width, decoded.height], [sheet.width, sheet.height]);
  for (let i = 0; i < sheet.width * sheet.height; i++) {
    for (let c = 0; c < 3; c++) {
      if (decoded.data[4 * i + c] !== sheet.data[3 * i + c]) assert.fail(`pixel ${i}, channel ${c}`);
    }
  }
});

test('ways of augmenting stand beside each other, each as on a sheet of its own', () => {
  const rows = [{ image: images[0]!, index: 7 }];
  const pixel = ({ data, width }: RgbImage, left: number) =>
    [...Array(96).keys()].flatMap((y) => [...data.subarray(3 * ((4 + y) * width + left)).subarray(0, 288)]);
  const alone = contactSheet(rows, { seed: 4, groups: [{ transforms: steps, epochs: 1 }] });
  const plain = transforms.compose([transforms.toTensor()]);
  const both = contactSheet(rows, {
    seed: 4,
    groups: [
      { transforms: plain, epochs: 2 },
      { transforms: steps, epochs: 1 },
    ],
  });
  assert.equal(both.width, 4 * 100 + 2 * 16);
  assert.deepEqual(pixel(both, 116), pixel(both, 4));
  assert.deepEqual(pixel(both, 332), pixel(alone, 116));
  assert.notDeepEqual(pixel(both, 332), pixel(both, 4));
});

test('a picture larger than its cell is made smaller, and keeps its shape', () => {
  const wide = planarImage(hashedPixels(8, 0, channels * 40 * 160), { height: 40, width: 160 });
  const cut = transforms.compose([transforms.randomResizedCrop(96), transforms.toTensor()]);
  const sheet = contactSheet([{ image: wide, index: 0 }], {
    seed: 0,
    groups: [{ transforms: cut, epochs: 1 }],
  });
  assert.deepEqual([sheet.width, sheet.height], [16 + 200, 104]);
  const at = (y: number, x: number) => [...sheet.data.subarray(3 * (y * sheet.width + x)).subarray(0, 3)];
  // 24 rows of 96 in the middle of the cell; its frame over and under them.
  assert.deepEqual(at(4 + 35, 50), [225, 225, 225]);
  assert.notDeepEqual(at(4 + 36, 50), [225, 225, 225]);
  assert.notDeepEqual(at(4 + 59, 50), [225, 225, 225]);
  assert.deepEqual(at(4 + 60, 50), [225, 225, 225]);
});
