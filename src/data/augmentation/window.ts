import { channels, planarImage, type ImageSize, type ImageView } from '../image.ts';
import { planesFor, type Planes } from '../planes.ts';
import type { PaddingMode } from './imageSteps.ts';

/** A rectangle of an image's pixels; it may reach over the image's edges. */
export interface Window extends ImageSize {
  readonly top: number;
  readonly left: number;
}

export interface Beyond {
  readonly paddingMode: PaddingMode;
  readonly fill: number;
}

/** The part of an image inside the window, which lies within it: the same pixels, not copied. */
export function viewOf(image: ImageView, { top, left, height, width }: Window): ImageView {
  const { strides } = image;
  const offset = image.offset + top * strides.row + left * strides.column;
  return { data: image.data, offset, height, width, strides };
}

/** The same pixels mirrored left to right, not copied. */
export function mirrored(image: ImageView): ImageView {
  const { data, height, width, strides } = image;
  const offset = image.offset + (width - 1) * strides.column;
  return { data, offset, height, width, strides: { ...strides, column: -strides.column } };
}

/** Where position `at` beyond the ends of a line of `length` pixels takes its pixel from, as numpy.pad does; -1: nowhere. */
function sourceOf(at: number, length: number, mode: PaddingMode): number {
  if (at >= 0 && at < length) return at;
  if (mode === 'constant') return -1;
  if (mode === 'edge') return at < 0 ? 0 : length - 1;
  // Mirrored again and again: `reflect` leaves out the edge pixel itself.
  const period = mode === 'reflect' ? Math.max(1, 2 * length - 2) : 2 * length;
  const within = ((at % period) + period) % period;
  if (within < length) return within;
  return mode === 'reflect' ? period - within : period - 1 - within;
}

/** Says that a column has no source; no offset in an image is that far. */
const none = -(2 ** 31);

/** Cuts windows out of images; the result of a call may live in the cutter's memory until the next. */
export type WindowCutter = (image: ImageView, window: Window, beyond: Beyond) => ImageView;

/** Makes a cutter. A window inside the image is a view; one that reaches out is copied, with what lies beyond. */
export function windowCutter(): WindowCutter {
  let planes: Planes = new Uint8Array(0);
  let columns = new Int32Array(0);
  return (image, window, beyond) => {
    const { top, left, height, width } = window;
    if (top >= 0 && left >= 0 && top + height <= image.height && left + width <= image.width) {
      return viewOf(image, window);
    }
    planes = planesFor(planes, window);
    if (columns.length < width) columns = new Int32Array(width);
    for (let x = 0; x < width; x++) {
      const source = sourceOf(left + x, image.width, beyond.paddingMode);
      columns[x] = source < 0 ? none : source * image.strides.column;
    }
    copyWindow(image, window, beyond, columns, planes);
    return planarImage(planes, { height, width });
  };
}

function copyWindow(
  image: ImageView,
  { top, left, height, width }: Window,
  { paddingMode, fill }: Beyond,
  columns: Int32Array,
  out: Planes,
): void {
  const { data, strides } = image;
  // Columns of the window that are inside the image.
  const first = Math.min(width, Math.max(0, -left));
  const end = Math.max(first, Math.min(width, image.width - left));
  const beyond = (from: number, begin: number, stop: number): void => {
    for (let x = begin; x < stop; x++) {
      const column = columns[x]!;
      out[to + x] = column === none ? fill : data[from + column]!;
    }
  };
  let to = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++, to += width) {
      const row = sourceOf(top + y, image.height, paddingMode);
      if (row < 0) {
        out.fill(fill, to, to + width);
        continue;
      }
      const from = image.offset + c * strides.channel + row * strides.row;
      beyond(from, 0, first);
      for (let x = first, at = from + (left + first) * strides.column; x < end; x++, at += strides.column) {
        out[to + x] = data[at]!;
      }
      beyond(from, end, width);
    }
  }
}
