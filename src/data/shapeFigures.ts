/**
 * The figures of the data set `shapes`: for a point in the figure's own coordinates (pixels, origin in its middle),
 * how far inside it lies, or which of its two colours it has. Nothing but + - * / and square roots, which round the
 * same on every machine.
 */

/** Signed distance to the outline in pixels, positive inside; `radius` is the size of the figure. */
export type Outline = (x: number, y: number, radius: number) => number;
/** In pixels: the period of a texture, where in it the middle lies, and the radius of its patch. */
export interface Grain {
  readonly period: number;
  readonly phase: number;
  readonly radius: number;
}
/** 0 for the first colour of a texture to 1 for the second. */
export type Texture = (x: number, y: number, grain: Grain) => number;

/** How far a figure reaches from its middle at most, over its radius: a star's points. */
export const figureReach = 1.15;

const root3 = Math.sqrt(3);
/** Unit normals of a pentagon's sides, one pointing up: cosine and sine of 90°, 162°, 234°, 306°, 18°. */
const pentagon = [
  [0, 1],
  [-0.9510565162951535, 0.30901699437494745],
  [-0.5877852522924731, -0.8090169943749475],
  [0.5877852522924731, -0.8090169943749475],
  [0.9510565162951535, 0.30901699437494745],
] as const;
/** Of a pentagram: from the middle to its lines, over from the middle to its points (cos 72°). */
const pentagramInradius = 0.30901699437494745;

const disc: Outline = (x, y, radius) => radius - Math.sqrt(x * x + y * y);

const square: Outline = (x, y, radius) => 0.8 * radius - Math.max(Math.abs(x), Math.abs(y));

const triangle: Outline = (x, y, radius) => 0.55 * radius - Math.max(y, (root3 * Math.abs(x) - y) / 2);

/** A pentagram is where at least four of its five half planes meet: the second smallest distance decides. */
const star: Outline = (x, y, radius) => {
  const line = figureReach * radius * pentagramInradius;
  let least = Infinity;
  let second = Infinity;
  for (const [nx, ny] of pentagon) {
    const distance = line - (nx * x + ny * y);
    if (distance < least) {
      second = least;
      least = distance;
    } else if (distance < second) second = distance;
  }
  return second;
};

const cross: Outline = (x, y, radius) => {
  const longer = Math.max(Math.abs(x), Math.abs(y));
  const shorter = Math.min(Math.abs(x), Math.abs(y));
  return Math.min(radius - longer, 0.3 * radius - shorter);
};

const ring: Outline = (x, y, radius) => 0.2 * radius - Math.abs(Math.sqrt(x * x + y * y) - 0.8 * radius);

/** The part of a coordinate within its period, from -period / 2 to period / 2. */
function withinPeriod(x: number, period: number): number {
  return x - period * Math.floor(x / period + 0.5);
}

function edge(distance: number): number {
  return Math.min(1, Math.max(0, distance + 0.5));
}

function band(x: number, period: number): number {
  return edge(period / 4 - Math.abs(withinPeriod(x, period)));
}

const stripes: Texture = (x, _y, { period, phase }) => band(x + phase, period);

const checkerboard: Texture = (x, y, { period, phase }) => {
  const a = band(x + phase, 1.5 * period);
  const b = band(y + phase, 1.5 * period);
  return a * b + (1 - a) * (1 - b);
};

const dots: Texture = (x, y, { period, phase }) => {
  const pitch = 1.3 * period;
  return edge(disc(withinPeriod(x + phase, pitch), withinPeriod(y + phase, pitch), 0.32 * period));
};

const gradient: Texture = (x, _y, { radius }) => Math.min(1, Math.max(0, 0.5 + x / (0.8 * radius)));

/** A class is an outline filled with one colour, or a texture of two colours in a patch. */
export type Figure = { readonly outline: Outline } | { readonly texture: Texture };

/** By class name, in the order of the labels. */
export const figures = {
  circle: { outline: disc },
  square: { outline: square },
  triangle: { outline: triangle },
  star: { outline: star },
  cross: { outline: cross },
  ring: { outline: ring },
  stripes: { texture: stripes },
  checkerboard: { texture: checkerboard },
  dots: { texture: dots },
  gradient: { texture: gradient },
} as const satisfies Record<string, Figure>;

/** Patches that textures fill: textures must not be told by their outline. */
export const patches: readonly Outline[] = [disc, square];

/** How much of a pixel an outline covers, 0 to 1, from its signed distance. */
export const coverage = edge;
