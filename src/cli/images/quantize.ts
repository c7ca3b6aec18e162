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
 * The image in at most `most` (up to 256) colours: its own where they suffice, else those of Heckbert's median cut ("Color
 * Image Quantization for Frame Buffer Display", 1982).
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
  const boxes = medianCut(counted, most);
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

interface Spread {
  readonly channel: number;
  readonly range: number;
}

/** Cuts the box with the widest range, at its median pixel, until there are enough. */
function medianCut(colors: readonly Counted[], most: number): Counted[][] {
  const boxes = [{ box: [...colors], spread: spreadOf(colors) }];
  while (boxes.length < most) {
    const widest = boxes.reduce((a, b) => (b.spread.range > a.spread.range ? b : a));
    if (widest.spread.range === 0) break;
    boxes.splice(boxes.indexOf(widest), 1);
    for (const box of halves(widest.box, widest.spread.channel)) boxes.push({ box, spread: spreadOf(box) });
  }
  return boxes.map(({ box }) => box);
}

function halves(box: Counted[], channel: number): Counted[][] {
  box.sort((a, b) => a.color[channel]! - b.color[channel]!);
  const half = box.reduce((sum, { pixels }) => sum + pixels, 0) / 2;
  let sum = 0;
  const at = box.findIndex(({ pixels }) => (sum += pixels) >= half) + 1;
  const cut = Math.min(box.length - 1, at);
  return [box.slice(0, cut), box.slice(cut)];
}

function spreadOf(box: readonly Counted[]): Spread {
  const ranges = [0, 1, 2].map((channel) => {
    const values = box.map(({ color }) => color[channel]!);
    return values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
  });
  const range = Math.max(...ranges);
  return { channel: ranges.indexOf(range), range };
}

function meanColor(box: readonly Counted[]): Rgb {
  const pixels = box.reduce((sum, one) => sum + one.pixels, 0);
  return [0, 1, 2].map((channel) =>
    Math.round(box.reduce((sum, one) => sum + one.pixels * one.color[channel]!, 0) / pixels),
  ) as unknown as Rgb;
}
