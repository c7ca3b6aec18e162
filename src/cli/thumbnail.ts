import type { ImageView } from '../data/image.ts';

/** Mean colour of the pixels of a rectangle, as an ANSI colour's `r;g;b`. */
function meanColor(image: ImageView, left: number, top: number, width: number, height: number): string {
  const { data, offset, strides } = image;
  const sums = [0, 0, 0];
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) {
      for (let c = 0; c < 3; c++) {
        sums[c]! += data[offset + c * strides.channel + y * strides.row + x * strides.column]!;
      }
    }
  }
  return sums.map((sum) => Math.round(sum / (width * height))).join(';');
}

/**
 * An image as lines for a colour terminal: each character is two pixels, one over the other, each the mean of
 * `scale` × `scale` of the image's.
 */
export function thumbnail(image: ImageView, scale: number): string[] {
  const lines: string[] = [];
  for (let y = 0; y + 2 * scale <= image.height; y += 2 * scale) {
    let line = '';
    for (let x = 0; x + scale <= image.width; x += scale) {
      const upper = meanColor(image, x, y, scale, scale);
      const lower = meanColor(image, x, y + scale, scale, scale);
      line += `\x1b[38;2;${upper};48;2;${lower}m▀`;
    }
    lines.push(`${line}\x1b[0m`);
  }
  return lines;
}
