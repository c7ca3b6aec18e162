/** Windows bitmaps: 1, 4, 8, 16, 24 and 32 bits a pixel, uncompressed or with BI_BITFIELDS masks. */
import { ImageFault } from './fault.ts';

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  /** Offset of the first stored row. */
  readonly pixels: number;
  /** Bytes a row, padded to four. */
  readonly rowBytes: number;
  /** Offset and entry size of the palette. */
  readonly palette: number;
  readonly paletteEntry: number;
  readonly masks: readonly [red: number, green: number, blue: number];
}

const bitfields = 3;
const alphaBitfields = 6;

function readLayout(view: DataView): Layout {
  const headerBytes = view.getUint32(14, true);
  const old = headerBytes === 12;
  const bits = view.getUint16(old ? 24 : 28, true);
  const compression = old ? 0 : view.getUint32(30, true);
  const masked = compression === bitfields || compression === alphaBitfields;
  if (compression !== 0 && !masked) {
    throw new ImageFault('unsupported', `it is compressed (method ${compression})`);
  }
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new ImageFault('damaged', `it has ${bits} bits a pixel`);
  const width = old ? view.getUint16(18, true) : view.getInt32(18, true);
  const height = old ? view.getUint16(20, true) : view.getInt32(22, true);
  return {
    width,
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    pixels: view.getUint32(10, true),
    rowBytes: Math.ceil((width * bits) / 32) * 4,
    palette: 14 + headerBytes,
    paletteEntry: old ? 3 : 4,
    masks: masked
      ? [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)]
      : bits === 16
        ? [0x7c00, 0x03e0, 0x001f]
        : [0xff0000, 0x00ff00, 0x0000ff],
  };
}

/** The bits of a pixel that a mask picks, spread over 0..255. */
function maskedValue(pixel: number, mask: number): number {
  if (mask === 0) return 0;
  const shift = 31 - Math.clz32(mask & -mask);
  return Math.round((((pixel & mask) >>> shift) * 255) / (mask >>> shift));
}

/** Writes the colour of pixel x of a row into `out` at `to`. */
type PixelReader = (row: number, x: number, out: Uint8Array, to: number) => void;

function paletteReader(view: DataView, { bits, palette, paletteEntry, pixels }: Layout): PixelReader {
  return (row, x, out, to) => {
    const at = x * bits;
    const index = (view.getUint8(row + (at >> 3)) >> (8 - bits - (at & 7))) & ((1 << bits) - 1);
    const entry = palette + index * paletteEntry;
    if (entry + 3 > pixels)
      throw new ImageFault('damaged', `a pixel has colour ${index}, outside its palette`);
    for (let c = 0; c < 3; c++) out[to + c] = view.getUint8(entry + 2 - c);
  };
}

function maskReader(view: DataView, { bits, masks }: Layout): PixelReader {
  return (row, x, out, to) => {
    const pixel = bits === 16 ? view.getUint16(row + 2 * x, true) : view.getUint32(row + 4 * x, true);
    for (let c = 0; c < 3; c++) out[to + c] = maskedValue(pixel, masks[c]!);
  };
}

function trueColourReader(view: DataView): PixelReader {
  return (row, x, out, to) => {
    for (let c = 0; c < 3; c++) out[to + c] = view.getUint8(row + 3 * x + 2 - c);
  };
}

/** Pixels [height, width, 3]; alpha is left out. Throws ImageFault, and RangeError when the header is cut. */
export function decodeBmp(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const layout = readLayout(view);
  const { width, height, bits, rowBytes, pixels, topDown } = layout;
  if (pixels + rowBytes * height > bytes.length) throw new ImageFault('truncated', 'rows are missing');
  const read =
    bits <= 8 ? paletteReader(view, layout) : bits === 24 ? trueColourReader(view) : maskReader(view, layout);
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = pixels + (topDown ? y : height - 1 - y) * rowBytes;
    for (let x = 0; x < width; x++) read(row, x, out, 3 * (y * width + x));
  }
  return out;
}
