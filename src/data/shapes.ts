/**
 * The embedded data set `shapes`: ten classes of drawn shapes, textures and colour patterns, 32×32, made from a
 * seed. Position, size, angle and colours are random and there are clutter and noise, so that no pixel by itself
 * tells the class: a linear model fails, a small convolutional network does not.
 */
import { createGenerator, type Generator } from '../random/generator.ts';
import { purposes } from '../random/philox.ts';
import type { MemoryDataset } from './dataset.ts';
import { channels } from './image.ts';
import { sharedBytes } from './sharedBytes.ts';
import { coverage, figureReach, figures, patches, type Figure, type Outline } from './shapeFigures.ts';

const side = 32;
const pixels = side * side;

/** Class names of `shapes`, by label. */
export const shapesClasses: readonly string[] = Object.keys(figures);
const figureOfLabel: readonly Figure[] = Object.values(figures);

/** Images of each split. */
export const shapesSizes = { train: 8000, test: 2000 } as const;

type Colour = readonly [number, number, number];

function between(random: Generator, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

function randomColour(random: Generator): Colour {
  return [between(random, 10, 245), between(random, 10, 245), between(random, 10, 245)];
}

function difference(a: Colour, b: Colour): number {
  return Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) + Math.abs(a[2] - b[2]);
}

/** A colour that can be told from another: at least `least` apart, over the channels. */
function contrastingColour(random: Generator, other: Colour, least: number): Colour {
  for (;;) {
    const colour = randomColour(random);
    if (difference(colour, other) >= least) return colour;
  }
}

interface Placement {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Cosine and sine of the angle. */
  readonly cos: number;
  readonly sin: number;
}

/** A random direction without Math.sin, whose last bit differs between machines. */
function randomDirection(random: Generator): { cos: number; sin: number } {
  for (;;) {
    const x = between(random, -1, 1);
    const y = between(random, -1, 1);
    const square = x * x + y * y;
    if (square > 0.01 && square <= 1) {
      const length = Math.sqrt(square);
      return { cos: x / length, sin: y / length };
    }
  }
}

function randomPlacement(random: Generator, least: number, most: number): Placement {
  const radius = between(random, least, most);
  const margin = Math.min(radius, side / 2 - 1);
  const x = between(random, margin, side - margin);
  const y = between(random, margin, side - margin);
  return { x, y, radius, ...randomDirection(random) };
}

/** An image being painted, float planes [3, 32, 32]. */
type Canvas = Float64Array;

function blend(canvas: Canvas, at: number, colour: Colour, share: number): void {
  for (let c = 0; c < channels; c++) {
    const i = c * pixels + at;
    canvas[i] = canvas[i]! + (colour[c]! - canvas[i]!) * share;
  }
}

/** Calls `paint` with each pixel that the placement may touch, in the figure's own coordinates. */
function eachPixel(place: Placement, paint: (at: number, x: number, y: number) => void): void {
  const reach = figureReach * place.radius + 1;
  const left = Math.max(0, Math.floor(place.x - reach));
  const right = Math.min(side, Math.ceil(place.x + reach));
  const top = Math.max(0, Math.floor(place.y - reach));
  const bottom = Math.min(side, Math.ceil(place.y + reach));
  for (let row = top; row < bottom; row++) {
    const dy = row + 0.5 - place.y;
    for (let column = left; column < right; column++) {
      const dx = column + 0.5 - place.x;
      paint(row * side + column, dx * place.cos + dy * place.sin, dy * place.cos - dx * place.sin);
    }
  }
}

function paintOutline(canvas: Canvas, outline: Outline, place: Placement, colour: Colour): void {
  eachPixel(place, (at, x, y) => {
    const share = coverage(outline(x, y, place.radius));
    if (share > 0) blend(canvas, at, colour, share);
  });
}

function paintBackground(canvas: Canvas, random: Generator, colour: Colour): void {
  // A gentle slope of light, so that not even the background is flat.
  const { cos, sin } = randomDirection(random);
  const slope = between(random, 0, 0.6);
  for (let at = 0; at < pixels; at++) {
    const light = slope * (((at % side) - side / 2) * cos + ((at >> 5) - side / 2) * sin);
    for (let c = 0; c < channels; c++) canvas[c * pixels + at] = colour[c]! + light;
  }
}

function paintClutter(canvas: Canvas, random: Generator): void {
  const specks = 1 + random.below(4);
  for (let i = 0; i < specks; i++) {
    const place = randomPlacement(random, 0.7, 2);
    paintOutline(canvas, patches[random.below(patches.length)]!, place, randomColour(random));
  }
}

function paintFigure(canvas: Canvas, random: Generator, figure: Figure, background: Colour): void {
  if ('outline' in figure) {
    const place = randomPlacement(random, 8, 14);
    paintOutline(canvas, figure.outline, place, contrastingColour(random, background, 240));
    return;
  }
  const patch = patches[random.below(patches.length)]!;
  const place = randomPlacement(random, 10, 15);
  const period = between(random, 4.5, 7);
  const grain = { period, phase: between(random, 0, period), radius: place.radius };
  const first = randomColour(random);
  const second = contrastingColour(random, first, 360);
  eachPixel(place, (at, x, y) => {
    const share = coverage(patch(x, y, place.radius));
    if (share === 0) return;
    blend(canvas, at, first, share);
    blend(canvas, at, second, share * figure.texture(x, y, grain));
  });
}

/** Adds noise, rounds and clips: the canvas as bytes at `at` of `images`. */
function develop(canvas: Canvas, random: Generator, images: Uint8ClampedArray, at: number): void {
  const strength = between(random, 0.03, 0.12);
  for (let i = 0; i < canvas.length; i += 4) {
    const word = random.uint32();
    for (let byte = 0; byte < 4; byte++) {
      const noise = ((word >>> (8 * byte)) & 0xff) - 127.5;
      images[at + i + byte] = canvas[i + byte]! + strength * noise;
    }
  }
}

/**
 * Draws the set; `limit` keeps the first images of it. The same seed gives the same bytes on every machine, and no
 * image of one split is in the other. Labels go round: image i has label i mod 10.
 */
export function generateShapes(
  split: 'train' | 'test',
  options: { seed?: number | undefined; limit?: number | undefined } = {},
): MemoryDataset {
  const { seed = 0, limit = Infinity } = options;
  const length = Math.min(limit, shapesSizes[split]);
  const images = new Uint8Array(sharedBytes(length * channels * pixels));
  const labels = new Uint8Array(sharedBytes(length));
  const clamped = new Uint8ClampedArray(images.buffer);
  const canvas = new Float64Array(channels * pixels);
  const random = createGenerator(seed, purposes.images, split === 'train' ? 0 : 1);
  for (let i = 0; i < length; i++) {
    const label = i % figureOfLabel.length;
    const background = randomColour(random);
    paintBackground(canvas, random, background);
    paintFigure(canvas, random, figureOfLabel[label]!, background);
    paintClutter(canvas, random);
    develop(canvas, random, clamped, i * canvas.length);
    labels[i] = label;
  }
  return { name: 'shapes', split, classes: shapesClasses, length, height: side, width: side, images, labels };
}
