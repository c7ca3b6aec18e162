import { channels, type ImageSize, type ImageView } from './image.ts';
import { resampleTable, type ResampleTable } from './resample.ts';
import { resizePasses, type ResizePasses } from './resizeModule.ts';

/** Bytes of a pixel of the result. */
const pixelBytes = 4;
/** Behind every buffer: vectors read and write beyond its end. */
const padding = 16;

/** The image at another size, both sides changed: a view on the resizer's memory, until the next call. */
export type Resizer = (image: ImageView, to: ImageSize) => ImageView;

/** Resizes in WebAssembly, to the bytes that a resize of one side and then of the other gives. */
export function resizer(): Resizer {
  const passes = resizePasses();
  return (image, to) => {
    const [across, down] = [resampleTable(image.width, to.width), resampleTable(image.height, to.height)];
    const rowBytes = Math.ceil((to.width * pixelBytes) / padding) * padding;
    const column = columnOf(image);
    const sourceBytes = (image.width - 1) * column + pixelBytes;
    const places = arrange([
      sourceBytes,
      image.height * rowBytes,
      to.height * rowBytes,
      ...[across, down].flatMap(({ first, weights }) => [first.byteLength, weights.byteLength]),
    ]);
    const [source, rows, result, first, weights, , blendWeights, end] = places as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const bytes = room(passes.memory, end);
    write(bytes, first, across.first);
    write(bytes, weights, across.weights);
    write(bytes, blendWeights, down.weights);
    for (let y = 0; y < image.height; y++) {
      copyRow(image, y, bytes, source, sourceBytes);
      passes.resampleRow(source, column, first, weights, across.taps, to.width, rows + y * rowBytes);
    }
    blendAll(passes, down, { rows, rowBytes, weights: blendWeights, result });
    return {
      data: bytes,
      offset: result,
      ...to,
      strides: { channel: 1, row: rowBytes, column: pixelBytes },
    };
  };
}

/** Bytes from pixel to pixel of a copied row: as they lie, where channels lie next to each other in order. */
function columnOf({ strides }: ImageView): number {
  const { channel, column } = strides;
  return channel === 1 && column >= channels && column <= pixelBytes ? column : pixelBytes;
}

function copyRow(image: ImageView, y: number, bytes: Uint8Array, to: number, length: number): void {
  const { data, offset, width, strides } = image;
  const start = offset + y * strides.row;
  if (columnOf(image) === strides.column && strides.channel === 1) {
    bytes.set(data.subarray(start, start + length), to);
    return;
  }
  for (let c = 0; c < channels; c++) {
    let from = start + c * strides.channel;
    for (let x = 0, at = to + c; x < width; x++, at += pixelBytes, from += strides.column)
      bytes[at] = data[from]!;
  }
}

function blendAll(
  passes: ResizePasses,
  { first, taps }: ResampleTable,
  at: { readonly rows: number; readonly rowBytes: number; readonly weights: number; readonly result: number },
): void {
  const { rowBytes } = at;
  for (let y = 0; y < first.length; y++) {
    const from = at.rows + first[y]! * rowBytes;
    passes.blendRows(
      from,
      rowBytes,
      at.weights + 4 * taps * y,
      taps,
      rowBytes / padding,
      at.result + y * rowBytes,
    );
  }
}

/** Addresses of buffers of these lengths one after another, and of the end. */
function arrange(lengths: readonly number[]): number[] {
  const places = [0];
  for (const bytes of lengths) places.push(places.at(-1)! + (Math.ceil(bytes / padding) + 1) * padding);
  return places;
}

const pageBytes = 65_536;

function room(memory: WebAssembly.Memory, bytes: number): Uint8Array<ArrayBuffer> {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  return new Uint8Array(memory.buffer as ArrayBuffer);
}

function write(bytes: Uint8Array, at: number, values: Int32Array): void {
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
}
