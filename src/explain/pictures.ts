/** What is found in a network, as pictures. */
import { channels as rgb, interleavedImage, type ImageSize, type ImageView } from '../data/image.ts';
import { blankCanvas, drawImage } from '../data/images/canvas.ts';
import type { RgbImage } from '../data/images/encodePng.ts';
import type { Activation } from './activations.ts';
import { colorsFor, type Rgb } from './colors.ts';
import type { Filters } from './filters.ts';
import type { Plane } from './plane.ts';

export interface GridOptions {
  /** Cells a row. Default: as many as make the picture about square. */
  readonly columns?: number | undefined;
  /** Pixels a value, a whole number. Default: what brings the picture near `width`. */
  readonly scale?: number | undefined;
  /** Pixels that the picture may be wide, where `scale` does not say. Default 640. */
  readonly width?: number | undefined;
  /** Cells at most. Default: all. */
  readonly most?: number | undefined;
}

const gap = 2;
const usualWidth = 640;
/** Between cells: told apart from both ends of the colour scales. */
const background = 128;

/** An RGB picture of a size, each pixel as `color` says. */
function painted(size: ImageSize, color: (at: number) => Rgb): RgbImage {
  const picture = blankCanvas(size, 0);
  for (let at = 0; at < size.height * size.width; at++) picture.data.set(color(at), at * rgb);
  return picture;
}

function viewOf(picture: RgbImage): ImageView {
  return interleavedImage(picture.data, picture);
}

/** Cells of one size, row by row, as large as fits. */
function grid(cells: readonly RgbImage[], { columns, scale, width = usualWidth }: GridOptions): RgbImage {
  const [cell] = cells as [RgbImage];
  const across = Math.min(
    cells.length,
    columns ?? Math.ceil(Math.sqrt(cells.length * (cell.height / cell.width))),
  );
  const times = scale ?? Math.max(1, Math.floor((width / across - gap) / cell.width));
  const step = { down: cell.height * times + gap, across: cell.width * times + gap };
  const size = {
    width: across * step.across + gap,
    height: Math.ceil(cells.length / across) * step.down + gap,
  };
  const picture = blankCanvas(size, background);
  cells.forEach((one, i) => {
    const [top, left] = [gap + Math.floor(i / across) * step.down, gap + (i % across) * step.across];
    drawImage(picture, viewOf(one), { top, left, scale: times });
  });
  return picture;
}

/**
 * The output of a layer: a cell a channel, in one scale of colours for all; of a vector, one cell with all its numbers
 * row by row. Magnitudes are drawn in cividis, from dark for 0 to yellow for the largest; signed values in blue below
 * 0 and red above.
 */
export function activationPicture({ shape, values }: Activation, options: GridOptions = {}): RgbImage {
  const color = colorsFor(values);
  if (shape.length !== 3) return vectorPicture(values, color, options);
  const [channels, height, width] = shape as [number, number, number];
  const shown = Math.min(channels, options.most ?? channels);
  const cells = Array.from({ length: shown }, (_, channel) =>
    painted({ height, width }, (at) => color(values[channel * height * width + at]!)),
  );
  return grid(cells, options);
}

/** What fills a row: the numbers' count need be no multiple of it. */
function vectorPicture(
  values: Float32Array,
  color: (value: number) => Rgb,
  { columns, scale, width: most = usualWidth }: GridOptions,
): RgbImage {
  const width = columns ?? Math.min(values.length, 64);
  const times = scale ?? Math.max(1, Math.min(16, Math.floor(most / width)));
  const height = Math.ceil(values.length / width);
  const cell = painted({ height, width }, (at) =>
    at < values.length ? color(values[at]!) : [background, background, background],
  );
  return imagePicture(viewOf(cell), times);
}

/** An image, each pixel magnified by a whole number. */
export function imagePicture(image: ImageView, scale = 1): RgbImage {
  const picture = blankCanvas({ height: image.height * scale, width: image.width * scale }, 0);
  drawImage(picture, image, { top: 0, left: 0, scale });
  return picture;
}

export interface FilterPictureOptions extends GridOptions {
  /** `each` kernel uses the whole range of colours, or `all` share one, so that weak ones look weak. Default `each`. */
  readonly normalise?: 'each' | 'all' | undefined;
}

/**
 * Kernels as pictures, a cell each: those of three channels in colours, 0 as grey; of others, a cell an input channel, a
 * row a kernel, in blue below 0 and red above.
 */
export function filterPicture(
  { shape, values }: Filters,
  { normalise = 'each', ...options }: FilterPictureOptions = {},
): RgbImage {
  const [outChannels, inChannels, height, width] = shape;
  const area = height * width;
  const kernels = Array.from({ length: Math.min(outChannels, options.most ?? outChannels) }, (_, kernel) =>
    values.subarray(kernel * inChannels * area, (kernel + 1) * inChannels * area),
  );
  if (inChannels !== rgb) {
    const cells = kernels.flatMap((kernel) => {
      const color = colorsFor(normalise === 'each' ? kernel : values);
      return Array.from({ length: inChannels }, (_, channel) =>
        painted({ height, width }, (at) => color(kernel[channel * area + at]!)),
      );
    });
    return grid(cells, { columns: inChannels, ...options });
  }
  const cells = kernels.map((kernel) => {
    const reach = largestMagnitude(normalise === 'each' ? kernel : values);
    const shade = (value: number): number => Math.round(127.5 + (127.5 * value) / reach);
    return painted({ height, width }, (at) => {
      return [shade(kernel[at]!), shade(kernel[area + at]!), shade(kernel[2 * area + at]!)];
    });
  });
  return grid(cells, options);
}

/** 1 where all are 0, for what is divided by it. */
function largestMagnitude(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
}

export interface MapPictureOptions {
  /** Pixels a value, a whole number. Default 1. */
  readonly scale?: number | undefined;
  /** Magnitude with the last colour, so that maps can be compared. Default: the largest there is. */
  readonly reach?: number | undefined;
}

/** A map: magnitudes in cividis; when some values are below 0, blue below it, white at it, red above. */
export function mapPicture(plane: Plane, { scale = 1, reach }: MapPictureOptions = {}): RgbImage {
  const color = colorsFor(plane.values, reach);
  const picture = painted(plane, (at) => color(plane.values[at]!));
  return imagePicture(viewOf(picture), scale);
}

/** How much of a pixel is the map's colour. */
const opacity = 0.55;

/** A map over the image that it belongs to, which must have its size: colours from the map, light and dark from the image. */
export function overlayPicture(
  image: ImageView,
  plane: Plane,
  { scale = 1, reach }: MapPictureOptions = {},
): RgbImage {
  const { height, width, values } = plane;
  const color = colorsFor(values, reach);
  const picture = painted({ height, width }, (at) => {
    const grey = brightness(image, Math.floor(at / width), at % width);
    const mixed = color(values[at]!).map((part) => opacity * part + (1 - opacity) * grey);
    return mixed as [number, number, number];
  });
  return imagePicture(viewOf(picture), scale);
}

/** As ITU-R BT.601 weights red, green and blue. */
function brightness({ data, offset, strides }: ImageView, row: number, column: number): number {
  const at = offset + row * strides.row + column * strides.column;
  const [red, green, blue] = [0, 1, 2].map((c) => data[at + c * strides.channel]!) as [
    number,
    number,
    number,
  ];
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}
