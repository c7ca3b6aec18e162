/** The first picture of a GIF (GIF89a specification). */
import { ImageFault } from './fault.ts';
import { decodeLzw } from './lzw.ts';

const extension = 0x21;
const imageSeparator = 0x2c;

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  readonly palette: Uint8Array;
  /** Offset of the LZW code size; sub-blocks follow it. */
  readonly data: number;
}

/** Bytes of the colour table that these flags announce. */
function tableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1);
}

/** Offset after a chain of sub-blocks, which ends in an empty one. */
function skipBlocks(view: DataView, start: number): number {
  let offset = start;
  for (let length = view.getUint8(offset); length > 0; length = view.getUint8(offset)) offset += 1 + length;
  return offset + 1;
}

function findFirstFrame(bytes: Uint8Array, view: DataView): Frame {
  const globalBytes = tableBytes(view.getUint8(10));
  let offset = 13 + globalBytes;
  for (; view.getUint8(offset) === extension;) offset = skipBlocks(view, offset + 2);
  if (view.getUint8(offset) !== imageSeparator) throw new ImageFault('damaged', 'it holds no picture');
  const flags = view.getUint8(offset + 9);
  const localBytes = tableBytes(flags);
  const local = offset + 10;
  const palette =
    localBytes > 0 ? bytes.subarray(local, local + localBytes) : bytes.subarray(13, 13 + globalBytes);
  if (palette.length === 0) throw new ImageFault('damaged', 'it has no colours');
  return {
    left: view.getUint16(offset + 1, true),
    top: view.getUint16(offset + 3, true),
    width: view.getUint16(offset + 5, true),
    height: view.getUint16(offset + 7, true),
    interlaced: (flags & 0x40) !== 0,
    palette,
    data: local + localBytes,
  };
}

/** The bytes of a chain of sub-blocks, joined. */
function joinBlocks(bytes: Uint8Array, view: DataView, start: number): Uint8Array {
  const joined = new Uint8Array(bytes.length - start);
  let size = 0;
  let offset = start;
  // A missing terminator is no loss when the pixels are whole: decodeLzw knows.
  while (offset < bytes.length && view.getUint8(offset) > 0) {
    const block = bytes.subarray(offset + 1, offset + 1 + view.getUint8(offset));
    joined.set(block, size);
    size += block.length;
    offset += 1 + view.getUint8(offset);
  }
  return joined.subarray(0, size);
}

/** The rows of the picture in the order in which they are stored. */
function rowOrder(height: number, interlaced: boolean): number[] {
  const passes: [first: number, step: number][] = interlaced
    ? [
        [0, 8],
        [4, 8],
        [2, 4],
        [1, 2],
      ]
    : [[0, 1]];
  const rows: number[] = [];
  for (const [first, step] of passes) {
    for (let row = first; row < height; row += step) rows.push(row);
  }
  return rows;
}

/**
 * Pixels [height, width, 3] of the screen with the first picture on it. Transparent pixels keep their
 * palette colour; what the picture leaves uncovered is the background colour.
 * Throws ImageFault, and RangeError when the header is cut.
 */
export function decodeGif(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = view.getUint16(6, true);
  const height = view.getUint16(8, true);
  const frame = findFirstFrame(bytes, view);
  if (frame.left + frame.width > width || frame.top + frame.height > height) {
    throw new ImageFault('damaged', 'its picture is larger than its screen');
  }
  const minimumBits = view.getUint8(frame.data);
  if (minimumBits < 1 || minimumBits > 8) {
    throw new ImageFault('damaged', `its code size is ${minimumBits}`);
  }
  const indices = decodeLzw(joinBlocks(bytes, view, frame.data + 1), minimumBits, frame.width * frame.height);
  return paint(frame, indices, background(bytes, view), width, height);
}

/** The background colour, black when there is none. */
function background(bytes: Uint8Array, view: DataView): Uint8Array {
  const at = 3 * view.getUint8(11);
  return at < tableBytes(view.getUint8(10)) ? bytes.subarray(13 + at, 16 + at) : new Uint8Array(3);
}

function paint(
  frame: Frame,
  indices: Uint8Array,
  back: Uint8Array,
  width: number,
  height: number,
): Uint8Array {
  const out = new Uint8Array(3 * width * height);
  for (let at = 0; at < out.length; at += 3) out.set(back, at);
  rowOrder(frame.height, frame.interlaced).forEach((row, stored) => {
    for (let x = 0; x < frame.width; x++) {
      const color = 3 * indices[stored * frame.width + x]!;
      const to = 3 * ((frame.top + row) * width + frame.left + x);
      // An index outside the palette shows as black.
      for (let c = 0; c < 3; c++) out[to + c] = frame.palette[color + c] ?? 0;
    }
  });
  return out;
}
