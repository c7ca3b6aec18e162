import type { RgbImage } from '../../data/images/encodePng.ts';
import type { Rgb } from '../../explain/colors.ts';
import { painted, type ColorDepth } from '../color.ts';

/** An image as lines for a colour terminal: each character is two pixels, one over the other. */
export function halfBlocks({ width, height, data }: RgbImage, depth: ColorDepth): string[] {
  const pixel = (x: number, y: number): Rgb => {
    const at = 3 * (y * width + x);
    return [data[at]!, data[at + 1]!, data[at + 2]!];
  };
  return Array.from({ length: Math.ceil(height / 2) }, (_, row) =>
    Array.from({ length: width }, (__, x) =>
      painted('▀', depth, pixel(x, 2 * row), 2 * row + 1 < height ? pixel(x, 2 * row + 1) : undefined),
    ).join(''),
  );
}
