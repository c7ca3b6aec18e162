/**
 * Pillow's bilinear resize to the byte: along rows, then along columns, rounded to uint8 after each
 * (`ImagingResample` in Pillow's src/libImaging/Resample.c).
 */
import { channels, planarImage, type ImageSize, type ImageView } from './image.ts';
import { planesFor, type Planes } from './planes.ts';
import { resampleTable, weightBits, type ResampleTable } from './resample.ts';

// Weights of an output add up to 1 within a few units of the 22nd bit and none is negative: a sum of
// pixels times weights stays in 0..255 after rounding, so nothing needs clipping.
const half = 1 << (weightBits - 1);

/** Size after torchvision's Resize(size): the shorter side becomes `size`, the other keeps the ratio, rounded down. */
export function resizedSize({ height, width }: ImageSize, size: number): ImageSize {
  if (Math.min(height, width) === size) return { height, width };
  return height <= width
    ? { height: size, width: Math.trunc((size * width) / height) }
    : { height: Math.trunc((size * height) / width), width: size };
}

/** One row, two taps: what every upscaling is. Kept apart because it is most of the loader's time. */
function resampleRow2(image: ImageView, start: number, table: ResampleTable, out: Planes, to: number): void {
  const { data, strides } = image;
  const { first, weights } = table;
  const step = strides.column;
  for (let x = 0; x < first.length; x++) {
    const at = start + Math.imul(first[x]!, step);
    const sum = Math.imul(data[at]!, weights[2 * x]!) + Math.imul(data[at + step]!, weights[2 * x + 1]!);
    out[to + x] = (sum + half) >> weightBits;
  }
}

/** One row of all channels, so that a weight and a place are worked out once for the three. */
function resampleRow(image: ImageView, start: number, table: ResampleTable, out: Planes, to: number): void {
  const { data, strides } = image;
  const { taps, first, weights } = table;
  const { column, channel } = strides;
  const plane = image.height * first.length;
  let tap = 0;
  for (let x = 0; x < first.length; x++) {
    let red = half;
    let green = half;
    let blue = half;
    let at = start + Math.imul(first[x]!, column);
    for (const end = tap + taps; tap < end; tap++, at += column) {
      const weight = weights[tap]!;
      red = (red + Math.imul(data[at]!, weight)) | 0;
      green = (green + Math.imul(data[at + channel]!, weight)) | 0;
      blue = (blue + Math.imul(data[at + 2 * channel]!, weight)) | 0;
    }
    out[to + x] = red >> weightBits;
    out[to + plane + x] = green >> weightBits;
    out[to + 2 * plane + x] = blue >> weightBits;
  }
}

/** To planes [3, height, table's outputs]. */
function resampleRows(image: ImageView, table: ResampleTable, out: Planes): void {
  const width = table.first.length;
  const { offset, height, strides } = image;
  if (table.taps !== 2) {
    for (let y = 0; y < height; y++) resampleRow(image, offset + y * strides.row, table, out, y * width);
    return;
  }
  for (let c = 0, to = 0; c < channels; c++) {
    const plane = offset + c * strides.channel;
    for (let y = 0; y < height; y++, to += width) {
      resampleRow2(image, plane + y * strides.row, table, out, to);
    }
  }
}

function blendRows2(image: ImageView, start: number, weights: Int32Array, out: Planes, to: number): void {
  const { data, width, strides } = image;
  const a = weights[0]!;
  const b = weights[1]!;
  const next = start + strides.row;
  const step = strides.column;
  for (let x = 0, i = 0; x < width; x++, i += step) {
    out[to + x] = (Math.imul(data[start + i]!, a) + Math.imul(data[next + i]!, b) + half) >> weightBits;
  }
}

/** Sums of a row, two input rows at a time: a pass over memory is what costs. */
let sums = new Int32Array(0);

function blendRows(image: ImageView, start: number, weights: Int32Array, out: Planes, to: number): void {
  const { data, width, strides } = image;
  const { row, column } = strides;
  if (sums.length < width) sums = new Int32Array(width);
  const total = sums.fill(half, 0, width);
  let tap = 0;
  for (; tap + 1 < weights.length; tap += 2) {
    const [a, b] = [weights[tap]!, weights[tap + 1]!];
    let at = start + tap * row;
    for (let x = 0; x < width; x++, at += column) {
      total[x] = (total[x]! + Math.imul(data[at]!, a) + Math.imul(data[at + row]!, b)) | 0;
    }
  }
  if (tap < weights.length) {
    const a = weights[tap]!;
    let at = start + tap * row;
    for (let x = 0; x < width; x++, at += column) total[x] = (total[x]! + Math.imul(data[at]!, a)) | 0;
  }
  for (let x = 0; x < width; x++) out[to + x] = total[x]! >> weightBits;
}

/** To planes [3, table's outputs, width]. */
function resampleColumns(image: ImageView, table: ResampleTable, out: Planes): void {
  const { taps, first, weights } = table;
  const blend = taps === 2 ? blendRows2 : blendRows;
  for (let c = 0, to = 0; c < channels; c++) {
    const plane = image.offset + c * image.strides.channel;
    for (let y = 0; y < first.length; y++, to += image.width) {
      const rowWeights = weights.subarray(y * taps, (y + 1) * taps);
      blend(image, plane + first[y]! * image.strides.row, rowWeights, out, to);
    }
  }
}

/** Memory that one resize after another writes to; grows as needed. */
export interface ResizeScratch {
  rows: Planes;
  result: Planes;
}

/** Scratch for `resize`, to be given to each call in turn: the result of a call lives in it until the next. */
export function resizeScratch(): ResizeScratch {
  return { rows: new Uint8Array(0), result: new Uint8Array(0) };
}

/**
 * The image at another size, in planes; a dimension that stays is left alone, and an image that stays is
 * given back as it is. With `scratch` the result is overwritten by the next call with the same scratch.
 */
export function resize(image: ImageView, to: ImageSize, scratch = resizeScratch()): ImageView {
  let current = image;
  if (to.width !== image.width) {
    const size = { height: image.height, width: to.width };
    scratch.rows = planesFor(scratch.rows, size);
    resampleRows(image, resampleTable(image.width, to.width), scratch.rows);
    current = planarImage(scratch.rows, size);
  }
  if (to.height !== image.height) {
    scratch.result = planesFor(scratch.result, to);
    resampleColumns(current, resampleTable(image.height, to.height), scratch.result);
    current = planarImage(scratch.result, to);
  }
  return current;
}
