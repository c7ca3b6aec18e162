import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { AlexnetError } from '../../src/errors.ts';
import type { ImageView } from '../../src/data/image.ts';
import { decodeImage } from '../../src/data/images/decodeImage.ts';
import { goldenFile } from './goldenImages.ts';

interface GoldenFile {
  readonly name: string;
  readonly file: string;
}

interface GoldenImage extends GoldenFile {
  readonly width: number;
  readonly height: number;
  readonly rgb: string;
}

/** Files and pixels from Pillow: see golden/images.py. */
const golden = JSON.parse(
  readFileSync(new URL('../golden/images.json', import.meta.url), 'utf8'),
) as readonly (GoldenImage | (GoldenFile & { readonly unsupported: true }))[];

/** [height, width, 3] */
function pixels(image: ImageView): Buffer {
  const { data, offset, height, width, strides } = image;
  const out = Buffer.alloc(height * width * 3);
  for (let i = 0; i < out.length; i++) {
    const channel = i % 3;
    const column = Math.floor(i / 3) % width;
    const row = Math.floor(i / (3 * width));
    out[i] = data[offset + channel * strides.channel + row * strides.row + column * strides.column]!;
  }
  return out;
}

for (const image of golden) {
  if ('unsupported' in image) continue;
  const { name, file, width, height, rgb } = image;
  test(`decodes as Pillow does: ${name}`, async () => {
    const decoded = await decodeImage(Buffer.from(file, 'base64'), name);
    assert.deepEqual([decoded.width, decoded.height], [width, height]);
    const got = pixels(decoded);
    const expected = Buffer.from(rgb, 'base64');
    if (name.startsWith('jpeg') || name === 'webp lossy') {
      const worst = Math.max(...got.map((value, i) => Math.abs(value - expected[i]!)));
      assert.ok(worst <= 2, `values differ by up to ${worst}: two releases of one codec may round apart`);
    } else assert.deepEqual(got, expected);
  });
}

function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** A PNG with this header; rows are the raw scan lines, each with its filter byte. */
function png(width: number, height: number, bits: number, colorType: number, rows: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, colorType, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

test('16 bits a channel become 8', async () => {
  const rows = new Uint8Array([0, 0xff, 0xff, 0x80, 0x80, 0x00, 0x00, 0x12, 0x12, 0x40, 0x40, 0x01, 0x01]);
  const image = await decodeImage(png(2, 1, 16, 2, rows), 'sixteen.png');
  assert.deepEqual([...pixels(image)], [0xff, 0x80, 0x00, 0x12, 0x40, 0x01]);
});

test('rows of a BMP with a negative height run from the top', async () => {
  const bmp = goldenFile('bmp 24');
  const upsideDown = pixels(await decodeImage(bmp, 'bottom-up.bmp'));
  bmp.writeInt32LE(-7, 22);
  const topDown = pixels(await decodeImage(bmp, 'top-down.bmp'));
  const row = 13 * 3;
  for (let y = 0; y < 7; y++) {
    assert.deepEqual(
      topDown.subarray(y * row, (y + 1) * row),
      upsideDown.subarray((6 - y) * row, (7 - y) * row),
    );
  }
});

test('16-bit BMP pixels spread 5 bits over 0..255', async () => {
  const bmp = Buffer.alloc(54 + 4);
  bmp.write('BM', 'latin1');
  bmp.writeUInt32LE(54, 10);
  bmp.writeUInt32LE(40, 14);
  bmp.writeInt32LE(2, 18);
  bmp.writeInt32LE(1, 22);
  bmp.writeUInt16LE(16, 28);
  bmp.writeUInt16LE((31 << 10) | (16 << 5) | 1, 54);
  assert.deepEqual(
    [...pixels(await decodeImage(bmp, '555.bmp'))],
    [255, 132, 8, 0, 0, 0], // round(16 * 255 / 31), round(255 / 31)
  );
});

async function failure(bytes: Uint8Array, name = 'picture'): Promise<AlexnetError> {
  try {
    await decodeImage(bytes, name);
  } catch (error) {
    assert.ok(error instanceof AlexnetError, String(error));
    return error;
  }
  return assert.fail('it was decoded');
}

test('an empty file, text and a lone magic number are refused with their own codes', async () => {
  assert.equal((await failure(new Uint8Array())).code, 'ALEX_IMAGE_EMPTY');
  const text = await failure(Buffer.from('no image at all'), 'notes.txt');
  assert.equal(text.code, 'ALEX_IMAGE_FORMAT');
  assert.match(text.message, /^ALEX_IMAGE_FORMAT: notes\.txt is no image/);
  for (const magic of ['\x89PNG\r\n\x1a\n', '\xff\xd8\xff', 'GIF89a', 'BM', 'RIFF\0\0\0\0WEBP']) {
    assert.equal((await failure(Buffer.from(magic, 'latin1'))).code, 'ALEX_IMAGE_TRUNCATED');
  }
});

test('kinds that are not supported are told from damaged files', async () => {
  for (const [name, problem] of [
    ['jpeg cmyk', /CMYK/],
    ['webp animation', /animation/],
  ] as const) {
    const { code, message } = await failure(goldenFile(name));
    assert.equal(code, 'ALEX_IMAGE_UNSUPPORTED');
    assert.match(message, problem);
  }
});

/** The five formats, each claiming 100,000 × 100,000 pixels, or the most that its header can say. */
function giants(): [string, Uint8Array][] {
  const jpeg = goldenFile('jpeg');
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.writeUInt32BE(0xffffffff, frame + 5);
  const gif = goldenFile('gif');
  gif.writeUInt32LE(0xffffffff, 6);
  const bmp = goldenFile('bmp 24');
  bmp.writeInt32LE(100_000, 18);
  bmp.writeInt32LE(100_000, 22);
  const webp = goldenFile('webp lossless');
  webp.writeUInt32LE(0x0fffffff, 21);
  return [
    ['png', png(100_000, 100_000, 8, 2, new Uint8Array(10))],
    ['jpeg', jpeg],
    ['gif', gif],
    ['bmp', bmp],
    ['webp', webp],
  ];
}

for (const [format, bytes] of giants()) {
  test(`a ${format} file that claims a giant picture is refused before it is decoded`, async () => {
    const before = process.memoryUsage().rss;
    assert.equal((await failure(bytes)).code, 'ALEX_IMAGE_SIZE');
    assert.ok(process.memoryUsage().rss - before < 100e6);
  });
}

/** Bytes changed at random that made decoders take memory for pixels that cannot be there: gigabytes, after a few. */
const hollow: [name: string, edits: readonly (readonly [at: number, value: number])[]][] = [
  ['png rgb', [[17, 30]]],
  ['png palette', [[17, 66]]],
  [
    'png rgb',
    [
      [21, 102],
      [68, 128],
    ],
  ],
  [
    'jpeg grey',
    [
      [94, 30],
      [96, 30],
    ],
  ],
  [
    'jpeg progressive',
    [
      [163, 30],
      [165, 28],
    ],
  ],
];
for (const [name, edits] of hollow) {
  test(`a ${name} file of a few bytes for millions of pixels is refused before it is decoded: ${edits.join(', ')}`, async () => {
    const bytes = goldenFile(name);
    for (const [at, value] of edits) bytes[at] = value;
    const before = process.memoryUsage().rss;
    const { code, message } = await failure(bytes);
    assert.ok(code === 'ALEX_IMAGE_TRUNCATED' || code === 'ALEX_IMAGE_SIZE', message);
    assert.ok(process.memoryUsage().rss - before < 50e6);
  });
}

for (const name of [
  'png rgb',
  'jpeg',
  'jpeg progressive',
  'webp lossless',
  'webp lossy',
  'gif noise',
  'bmp 24',
]) {
  test(`a cut ${name} file is refused, wherever it is cut`, async () => {
    const whole = goldenFile(name);
    for (const share of [0.4, 0.6, 0.9]) {
      const { code } = await failure(whole.subarray(0, Math.floor(whole.length * share)));
      assert.equal(code, 'ALEX_IMAGE_TRUNCATED', `cut to ${share}`);
    }
  });
}

test('a JPEG file whose data ends early is refused, also where an end marker follows', async () => {
  const cut = goldenFile('jpeg').subarray(0, 600);
  assert.equal((await failure(Buffer.concat([cut, Buffer.of(0xff, 0xd9)]))).code, 'ALEX_IMAGE_TRUNCATED');
});

test('an image after a damaged one is decoded all the same', async () => {
  for (const name of ['png rgb', 'jpeg', 'webp lossless']) {
    const whole = goldenFile(name);
    await failure(whole.subarray(0, whole.length / 2));
    assert.equal((await decodeImage(whole, name)).width, 13);
  }
});

test('bytes changed at random never crash a reader', { timeout: 60_000 }, async () => {
  const files = ['png palette', 'jpeg exif 6', 'webp exif 8', 'gif interlaced', 'bmp 8', 'bmp 1'];
  const damage = fc.record({
    name: fc.constantFrom(...files),
    edits: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ name, edits }) => {
      const bytes = goldenFile(name);
      for (const [at, value] of edits) bytes[at % bytes.length] = value;
      try {
        const { width, height, data } = await decodeImage(bytes, name);
        assert.ok(data.length >= width * height * 3);
      } catch (error) {
        assert.ok(error instanceof AlexnetError, String(error));
      }
    }),
    { numRuns: 150 },
  );
});
