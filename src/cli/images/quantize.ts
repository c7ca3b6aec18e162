import type { RgbImage } from '../../data/images/encodePng.ts';
import type { Rgb } from '../../explain/colors.ts';

export interface Quantized {
  readonly colors: readonly Rgb[];
  /** The number of each pixel's colour, [height, width]. */
  readonly indices: Uint8Array;
}

interface Counted {
  readonly color: Rgb;
  readonly pixels: number;
}

/**
 * The image in at most `most` (up to 256) colours: its own where they suffice, else by cutting the box of colours with the
 * most variance in two, again and again (Wan, Prusinkiewicz and Wong, "Variance-based color image quantization for frame
 * buffer display", 1990).
 */
export function quantize({ data }: RgbImage, most: number): Quantized {
  const counts = new Map<number, number>();
  for (let at = 0; at < data.length; at += 3) {
    const key = keyOf(data, at);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const counted = Array.from(counts, ([key, pixels]) => ({
    color: [key >> 16, (key >> 8) & 255, key & 255] as const,
    pixels,
  }));
  const boxes = cutBoxes(counted, most);
  const byKey = new Map<number, number>();
  boxes.forEach((box, index) => {
    for (const { color } of box) byKey.set(keyOf(color, 0), index);
  });
  const indices = Uint8Array.from({ length: data.length / 3 }, (_, i) => byKey.get(keyOf(data, 3 * i))!);
  return { colors: boxes.map(meanColor), indices };
}

function keyOf(data: ArrayLike<number>, at: number): number {
  return (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
}

interface Box {
  readonly colors: readonly Counted[];
  /** Of the channel that varies most: its number, its mean, and its squared deviations over all pixels. */
  readonly channel: number;
  readonly mean: number;
  readonly deviation: number;
}

function cutBoxes(colors: readonly Counted[], most: number): (readonly Counted[])[] {
  const boxes = [boxOf(colors)];
  while (boxes.length < most) {
    const widest = boxes.reduce((a, b) => (b.deviation > a.deviation ? b : a));
    if (widest.deviation === 0) break;
    const { channel, mean } = widest;
    const isLower = ({ color }: Counted): boolean => color[channel]! <= mean;
    const halves = [widest.colors.filter(isLower), widest.colors.filter((one) => !isLower(one))];
    boxes.splice(boxes.indexOf(widest), 1, ...halves.map(boxOf));
  }
  return boxes.map((box) => box.colors);
}

function boxOf(colors: readonly Counted[]): Box {
  const channels = [0, 1, 2].map((channel) => {
    const mean = meanOf(colors, channel);
    const deviation = colors.reduce(
      (sum, { color, pixels }) => sum + pixels * (color[channel]! - mean) ** 2,
      0,
    );
    return { channel, mean, deviation };
  });
  const widest = channels.reduce((a, b) => (b.deviation > a.deviation ? b : a));
  // All of one colour, whatever a mean is rounded to.
  return { colors, ...widest, deviation: colors.length > 1 ? widest.deviation : 0 };
}

function meanOf(colors: readonly Counted[], channel: number): number {
  const pixels = colors.reduce((sum, one) => sum + one.pixels, 0);
  return colors.reduce((sum, one) => sum + one.pixels * one.color[channel]!, 0) / pixels;
}

function meanColor(colors: readonly Counted[]): Rgb {
  return [0, 1, 2].map((channel) => Math.round(meanOf(colors, channel))) as unknown as Rgb;
}
