/**
 * Pillow's bilinear resize to the byte: along rows, then along columns, rounded to uint8 after each
 * (`ImagingResample` in Pillow's src/libImaging/Resample.c). What changes both sides, as nearly all do, runs in WebAssembly
 * (resizer.ts); what changes one runs here, and all where WebAssembly has no vectors.
 */
import { channels, planarImage, type ImageSize, type ImageView } from './image.ts';
import { planesFor, type Planes } from './planes.ts';
import { resampleTable, weightBits, type ResampleTable } from './resample.ts';
import { hasVectors } from './resizeModule.ts';
import { resizer, type Resizer } from './resizer.ts';

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

function resampleRow(image: ImageView, start: number, table: ResampleTable, out: Planes, to: number): void {
  const { data, strides } = image;
  const { taps, first, weights } = table;
  for (let x = 0; x < first.length; x++) {
    let sum = half;
    let at = start + first[x]! * strides.column;
    for (let tap = x * taps; tap < (x + 1) * taps; tap++, at += strides.column) {
      sum += Math.imul(data[at]!, weights[tap]!);
    }
    out[to + x] = sum >> weightBits;
  }
}

/** To planes [3, height, table's outputs]. */
function resampleRows(image: ImageView, table: ResampleTable, out: Planes): void {
  const width = table.first.length;
  for (let c = 0, to = 0; c < channels; c++) {
    const plane = image.offset + c * image.strides.channel;
    for (let y = 0; y < image.height; y++, to += width) {
      resampleRow(image, plane + y * image.strides.row, table, out, to);
    }
  }
}

function blendRows(image: ImageView, start: number, weights: Int32Array, out: Planes, to: number): void {
  const { data, width, strides } = image;
  for (let x = 0; x < width; x++) {
    let sum = half;
    let at = start + x * strides.column;
    for (let tap = 0; tap < weights.length; tap++, at += strides.row) {
      sum += Math.imul(data[at]!, weights[tap]!);
    }
    out[to + x] = sum >> weightBits;
  }
}

/** To planes [3, table's outputs, width]. */
function resampleColumns(image: ImageView, table: ResampleTable, out: Planes): void {
  const { taps, first, weights } = table;
  for (let c = 0, to = 0; c < channels; c++) {
    const plane = image.offset + c * image.strides.channel;
    for (let y = 0; y < first.length; y++, to += image.width) {
      const rowWeights = weights.subarray(y * taps, (y + 1) * taps);
      blendRows(image, plane + first[y]! * image.strides.row, rowWeights, out, to);
    }
  }
}

/** Memory that one resize after another writes to; grows as needed. */
export interface ResizeScratch {
  rows: Planes;
  result: Planes;
  /** Made when both sides first change. */
  both?: Resizer;
}

/** Scratch for `resize`, to be given to each call in turn: the result of a call lives in it until the next. */
export function resizeScratch(): ResizeScratch {
  return { rows: new Uint8Array(0), result: new Uint8Array(0) };
}

/**
 * The image at another size; a dimension that stays is left alone, and an image that stays is given back as it is. The
 * result is a view, and with `scratch` it is overwritten by the next call with the same scratch.
 */
export function resize(image: ImageView, to: ImageSize, scratch = resizeScratch()): ImageView {
  if (to.width !== image.width && to.height !== image.height && hasVectors()) {
    scratch.both ??= resizer();
    return scratch.both(image, to);
  }
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
