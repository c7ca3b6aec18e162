/**
 * Hue by way of Pillow's HSV, to the byte: hue, saturation and value are bytes too, so that some colours change a
 * little even when the hue does not turn. Follows Python's colorsys in Pillow's arithmetic (`Convert.c`): float32 where
 * it keeps a float, float64 where a constant makes it one.
 */
import type { Planes } from '../planes.ts';

/** Sector of the colour circle (0 to 5) and float32 position in it, of each hue byte. */
const sectors = new Uint8Array(256);
const positions = new Float32Array(256);
for (let hue = 0; hue < 256; hue++) {
  const turned = (hue * 6) / 255;
  sectors[hue] = Math.floor(turned) % 6;
  positions[hue] = turned - Math.floor(turned);
}

/** Byte of the hue of a colour that is no grey. `most` and `least` are its largest and smallest channels. */
function hueOf(red: number, green: number, blue: number, most: number, least: number): number {
  const { fround } = Math;
  const range = most - least;
  const redAway = fround((most - red) / range);
  const greenAway = fround((most - green) / range);
  const blueAway = fround((most - blue) / range);
  let hue: number;
  if (red === most) hue = fround(blueAway - greenAway);
  else if (green === most) hue = fround(2 + redAway - blueAway);
  else hue = fround(4 + greenAway - redAway);
  return Math.trunc(fround((hue / 6 + 1) % 1) * 255);
}

/** Which of the four values a channel takes in a sector: 0 the largest, 1 the least, 2 the falling, 3 the rising one. */
const redOf = Uint8Array.of(0, 2, 1, 1, 3, 0);
const greenOf = Uint8Array.of(3, 0, 0, 2, 1, 1);
const blueOf = Uint8Array.of(1, 1, 3, 0, 0, 2);

/** Adds `turn` (0 to 255, wrapping around) to the hue byte of every pixel of planes [3, pixels], in place. */
export function turnHue(planes: Planes, pixels: number, turn: number): void {
  // Looked up, not branched on: a processor would guess most of the branches wrong.
  const values = new Uint8Array(4);
  for (let i = 0, j = pixels, k = 2 * pixels; i < pixels; i++, j++, k++) {
    const red = planes[i]!;
    const green = planes[j]!;
    const blue = planes[k]!;
    const most = Math.max(red, green, blue);
    const least = Math.min(red, green, blue);
    if (most === least) continue;
    const saturation = Math.trunc(Math.fround((most - least) / most) * 255);
    const hue = (hueOf(red, green, blue, most, least) + turn) & 255;
    const share = Math.fround(saturation / 255);
    const position = positions[hue]!;
    values[0] = most;
    values[1] = most * (1 - share) + 0.5;
    values[2] = most * (1 - share * position) + 0.5;
    values[3] = most * (1 - share * (1 - position)) + 0.5;
    const sector = sectors[hue]!;
    planes[i] = values[redOf[sector]!]!;
    planes[j] = values[greenOf[sector]!]!;
    planes[k] = values[blueOf[sector]!]!;
  }
}
