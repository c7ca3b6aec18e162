import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { halfBlocks } from '../../../src/cli/images/halfBlocks.ts';
import { iterm2Image } from '../../../src/cli/images/iterm2.ts';
import { kittyImage } from '../../../src/cli/images/kitty.ts';
import { quantize } from '../../../src/cli/images/quantize.ts';
import { sixelImage } from '../../../src/cli/images/sixel.ts';
import type { RgbImage } from '../../../src/data/images/encodePng.ts';
import { decodeSixel } from './sixelDecoder.ts';

function image(width: number, height: number, value: (i: number) => number): RgbImage {
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, (_, i) => value(i)) };
}

/** The manual's example of how sixels are read, in our words: two columns, the left with rows 0 and 2, the right full. */
test('sixels are the bytes that the manual describes', () => {
  const white = [255, 255, 255];
  const red = [255, 0, 51];
  const rows = [
    [red, white],
    [white, white],
    [red, white],
  ];
  const small = { width: 2, height: 3, data: Uint8Array.from(rows.flat(2)) };
  // Bits 0 and 2 are 5, and 63 + 5 is D; bit 1 alone is A, all three are F.
  const [{ colors }] = [quantize(small, 256)];
  const [r, w] = [red, white].map((color) => colors.findIndex((one) => one.join() === color.join()));
  const registers = colors.map((color, i) => `#${i};2;${color.map((c) => Math.round(c / 2.55)).join(';')}`);
  assert.equal(sixelImage(small), `\x1bP0;1q"1;1;2;3${registers.join('')}#${r}D$#${w}AF\x1b\\`);
  assert.ok(sixelImage(image(300, 7, () => 0)).endsWith('#0!300~-#0!300@\x1b\\'));
});

test('decoded sixels are the image, to a percent of each colour', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 5 })),
      (width, height, stream) => {
        const drawn = image(width, height, () => 51 * (stream.next().value as number));
        const decoded = decodeSixel(sixelImage(drawn));
        assert.deepEqual([decoded.width, decoded.height], [width, height]);
        // Multiples of 51 are whole percents.
        assert.deepEqual(
          [...decoded.percents],
          Array.from(drawn.data, (value) => (20 * value) / 51),
        );
      },
    ),
    { numRuns: 50 },
  );
});

test('of many colours, sixels have 256 that are near them', () => {
  const many = image(64, 64, (i) => [4 * (Math.floor(i / 3) % 64), 4 * Math.floor(i / 192), 128][i % 3]!);
  const { percents } = decodeSixel(sixelImage(many));
  const used = new Set(Array.from({ length: 64 * 64 }, (_, i) => percents.slice(3 * i, 3 * i + 3).join()));
  assert.ok(used.size > 200 && used.size <= 256, String(used.size));
  const errors = Array.from(many.data, (value, i) => Math.abs(percents[i]! * 2.55 - value));
  // Boxes of 16 colours, four by four of them 4 apart: none is further from the mean than 6, and a percent.
  assert.ok(Math.max(...errors) <= 9, String(Math.max(...errors)));
});

test("Kitty's codes hold the PNG in chunks of at most 4,096 characters, all but the last announcing more", () => {
  for (const length of [1, 3072, 3073, 9000]) {
    const png = Uint8Array.from({ length }, (_, i) => (i * 31) % 256);
    const codes = kittyImage(png, 8).split('\x1b\\').slice(0, -1);
    assert.equal(codes.length, Math.ceil(length / 3072));
    const payloads = codes.map((code, i) => {
      const more = i < codes.length - 1 ? 1 : 0;
      const control = `${i === 0 ? 'a=T,f=100,r=8,C=1,' : ''}q=2,m=${more}`;
      assert.ok(code.startsWith(`\x1b_G${control};`), code.slice(0, 40));
      const payload = code.slice(code.indexOf(';') + 1);
      assert.ok(payload.length <= 4096 && (more === 0 || payload.length % 4 === 0));
      return payload;
    });
    assert.deepEqual(new Uint8Array(Buffer.from(payloads.join(''), 'base64')), png);
  }
});

test("iTerm2's code has the size of the file, and that in cells", () => {
  const png = Uint8Array.of(137, 80, 78, 71);
  const size = 'size=4;width=20;height=10;preserveAspectRatio=1';
  assert.equal(iterm2Image(png, { columns: 20, rows: 10 }), `\x1b]1337;File=inline=1;${size}:iVBORw==\x07`);
});

test('half blocks are two pixels each, the upper in the colour of the letter', () => {
  const data = [1, 2, 3, 9, 9, 9, 4, 5, 6, 9, 9, 9, 7, 8, 9, 9, 9, 9];
  const [first, last] = halfBlocks({ width: 2, height: 3, data: Uint8Array.from(data) }, 24);
  assert.ok(first!.startsWith('\x1b[38;2;1;2;3;48;2;4;5;6m▀\x1b[0m'), first);
  // Of an odd number of rows, the last leaves what is under it as it is.
  assert.ok(last!.startsWith('\x1b[38;2;7;8;9m▀\x1b[0m'), last);
});
