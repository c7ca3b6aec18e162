import type { RgbImage } from '../../data/images/encodePng.ts';
import { quantize } from './quantize.ts';

const bandRows = 6;
/** The sixel without a pixel, and what is added to it: a bit a row, from the top. */
const emptySixel = 0x3f;
/** Colour registers that terminals have today; the VT340 had 16. */
const mostColors = 256;
/** Runs shorter than this are no shorter as a repeat. */
const leastRepeat = 4;

/**
 * The escape code that shows an image at the cursor as sixels (DEC, "VT330/VT340 Programmer Reference Manual", volume 2,
 * chapter 14): bands of six rows, one pass over a band for each of its colours, whose parts are given in percent.
 */
export function sixelImage(image: RgbImage): string {
  const { width, height } = image;
  const { colors, indices } = quantize(image, mostColors);
  const registers = colors.map(
    (color, i) => `#${i};2;${color.map((value) => Math.round((100 * value) / 255)).join(';')}`,
  );
  const bands: string[] = [];
  for (let top = 0; top < height; top += bandRows) bands.push(bandText(indices, image, top));
  // Pixels are square, and those that are not drawn stay as they are.
  return `\x1bP0;1q"1;1;${width};${height}${registers.join('')}${bands.join('-')}\x1b\\`;
}

/** The passes over one band; `$` goes back to its beginning. */
function bandText(indices: Uint8Array, { width, height }: RgbImage, top: number): string {
  const passes = new Map<number, Uint8Array>();
  for (let row = 0; row < Math.min(bandRows, height - top); row++) {
    for (let x = 0; x < width; x++) {
      const color = indices[(top + row) * width + x]!;
      let pass = passes.get(color);
      if (pass === undefined) passes.set(color, (pass = new Uint8Array(width)));
      pass[x]! |= 1 << row;
    }
  }
  return [...passes].map(([color, sixels]) => `#${color}${runs(sixels)}`).join('$');
}

/** Sixels as characters, `!N` before one that is repeated; empty ones at the end are left out. */
function runs(sixels: Uint8Array): string {
  const end = sixels.findLastIndex((bits) => bits !== 0) + 1;
  let text = '';
  for (let x = 0; x < end;) {
    let next = x + 1;
    while (next < end && sixels[next] === sixels[x]) next++;
    const character = String.fromCharCode(emptySixel + sixels[x]!);
    text += next - x < leastRepeat ? character.repeat(next - x) : `!${next - x}${character}`;
    x = next;
  }
  return text;
}
