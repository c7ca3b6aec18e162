import type { ImageSize, ImageView } from '../data/image.ts';
import type { LayerShape } from '../network/shapes.ts';
import type { LayerSpec } from '../network/spec.ts';
import { adaptiveWindows, poolingWindows } from '../network/windows.ts';
import { layerNamed } from './layers.ts';

/** A rectangle of the network's input, in pixels, cut at its edges. */
export interface Patch extends ImageSize {
  readonly top: number;
  readonly left: number;
}

/** Pixels [begin, end) of one direction. */
interface Span {
  readonly begin: number;
  readonly end: number;
}

/**
 * The pixels of the input that one position of a layer's output can depend on; of a layer without positions, all.
 * Throws ALEX_EXPLAIN_LAYER.
 */
export function receptiveField(
  layers: readonly LayerShape[],
  name: string,
  { row, column }: { readonly row: number; readonly column: number },
): Patch {
  const before = layers.slice(0, layers.indexOf(layerNamed(layers, name)) + 1).toReversed();
  let [rows, columns]: [Span, Span] = [
    { begin: row, end: row + 1 },
    { begin: column, end: column + 1 },
  ];
  for (const { spec, input } of before) {
    // Of a vector all positions that it was made of.
    const [, height = 1, width = 1] = input;
    rows = seen(spec, rows, height);
    columns = seen(spec, columns, width);
  }
  const [height, width] = [rows.end - rows.begin, columns.end - columns.begin];
  return { top: rows.begin, left: columns.begin, height, width };
}

/** What a layer looks at, of an input of so many pixels, for a span of its output. */
function seen(spec: LayerSpec, { begin, end }: Span, size: number): Span {
  switch (spec.type) {
    case 'conv':
    case 'locallyConnected': {
      const { kernelSize, stride = 1, padding = 0 } = spec;
      return cut({ begin: begin * stride - padding, end: (end - 1) * stride - padding + kernelSize }, size);
    }
    case 'maxPool':
    case 'avgPool': {
      const windows = poolingWindows(size, spec);
      return { begin: windows[begin]!.begin, end: windows[end - 1]!.end };
    }
    case 'adaptiveAvgPool': {
      const windows = adaptiveWindows(size, spec.outputSize);
      return { begin: windows[begin]!.begin, end: windows[end - 1]!.end };
    }
    case 'lrn': {
      if (spec.region !== 'withinChannel') return { begin, end };
      const reach = Math.floor(spec.size / 2);
      return cut({ begin: begin - reach, end: end + reach }, size);
    }
    case 'flatten':
    case 'linear':
      return { begin: 0, end: size };
    default:
      return { begin, end };
  }
}

function cut({ begin, end }: Span, size: number): Span {
  return { begin: Math.max(0, begin), end: Math.min(size, end) };
}

/** A part of an image, as a view on it. */
export function cropped(image: ImageView, { top, left, height, width }: Patch): ImageView {
  const { offset, strides } = image;
  return { ...image, offset: offset + top * strides.row + left * strides.column, height, width };
}
