import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { besidePicture, fitPicture, printPicture } from '../../../src/cli/images/picture.ts';
import { createTerminal, type Terminal } from '../../../src/cli/terminal.ts';
import { interleavedImage } from '../../../src/data/image.ts';
import { decodeSixel } from './sixelDecoder.ts';

function terminal(
  images: string,
  options: { json?: boolean; isTTY?: boolean } = {},
): Terminal & { readonly out: string } {
  const { json = false, isTTY = true } = options;
  const text = { out: '' };
  const stream = {
    isTTY,
    columns: 100,
    rows: 40,
    write: (piece: string) => (text.out += piece) !== '',
  } as unknown as NodeJS.WriteStream;
  const environment = { ALEXNET_IMAGES: images, COLORTERM: 'truecolor' };
  return Object.defineProperty(createTerminal(json, stream, stream, environment), 'out', {
    get: () => text.out,
  }) as Terminal & { readonly out: string };
}

const pixels = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * 7) % 256);
const image = interleavedImage(pixels, { width: 32, height: 32 });

test('small images grow by a whole number, large ones are resized to the room', () => {
  const sixel = terminal('sixel');
  const { cells, image: grown } = fitPicture(sixel, image, { columns: 30, rows: 10 })!;
  assert.deepEqual([grown.width, grown.height, cells.columns, cells.rows], [192, 192, 20, 10]);
  // Pixel (5, 3) of the image is six by six of the picture.
  assert.equal(grown.data[3 * ((3 * 6 + 5) * 192 + 5 * 6)], pixels[3 * (3 * 32 + 5)]);
  const wide = interleavedImage(new Uint8Array(3 * 2000 * 500), { width: 2000, height: 500 });
  const fitted = fitPicture(sixel, wide, { columns: 30, rows: 10 })!;
  assert.deepEqual([fitted.image.width, fitted.image.height, fitted.cells.rows], [300, 75, 4]);
  assert.equal(fitPicture(terminal('none'), image, { columns: 30, rows: 10 }), undefined);
  const blocks = fitPicture(terminal('blocks'), image, { columns: 30, rows: 8 })!;
  assert.deepEqual([blocks.image.width, blocks.image.height], [16, 16]);
});

test('lines stand beside a picture, for which room is made first', () => {
  const kitty = terminal('kitty');
  const text = besidePicture(kitty, fitPicture(kitty, image, { columns: 30, rows: 3 }), ['a', 'b', 'c', 'd']);
  const [begin, end] = [
    '\n\n\n\n\x1b[4A\x1b7\x1b_Ga=T,f=100,r=2,C=1,',
    '\x1b\\\x1b8\x1b[8Ga\n\x1b[8Gb\n\x1b[8Gc\n\x1b[8Gd',
  ];
  assert.ok(text.startsWith(begin) && text.endsWith(end), text);
  const blocks = terminal('blocks');
  const lines = besidePicture(blocks, fitPicture(blocks, image, { columns: 4, rows: 2 }), [
    'a',
    'b',
    'c',
  ]).split('\n');
  assert.deepEqual(
    lines.map((line) => stripVTControlCharacters(line)),
    ['▀▀▀▀  a', '▀▀▀▀  b', '      c'],
  );
  const sixel = terminal('sixel');
  const [drawn, ...under] = besidePicture(sixel, fitPicture(sixel, image, { columns: 4, rows: 2 }), [
    'a',
  ]).split('\n');
  assert.equal(decodeSixel(drawn!).width, 32);
  assert.deepEqual(under, ['a']);
  assert.equal(besidePicture(kitty, undefined, ['a', 'b']), 'a\nb');
});

test('no picture goes where there is no terminal, nor with --json', () => {
  const rgb = { width: 32, height: 32, data: pixels };
  for (const protocol of ['kitty', 'iterm2', 'sixel', 'blocks']) {
    for (const options of [{ isTTY: false }, { json: true }]) {
      const none = terminal(protocol, options);
      printPicture(none, rgb);
      assert.equal(none.images, 'none');
      assert.equal(none.out, '');
    }
    const shown = terminal(protocol);
    printPicture(shown, rgb);
    assert.ok(shown.out.length > 500, protocol);
  }
});
