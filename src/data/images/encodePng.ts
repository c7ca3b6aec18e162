/**
 * PNG files (W3C, "Portable Network Graphics Specification", second edition): Node's zlib does the work, and leaves
 * files a fraction of the size that the decoder's own encoder gives.
 */
import { crc32, deflateSync } from 'node:zlib';

/** RGB pixels, [height, width, 3]. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const pixelBytes = 3;
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Bits a channel, colour type RGB, and the only methods of compression, filtering and no interlacing. */
const form = [8, 2, 0, 0, 0];

function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, data.length + 8)), data.length + 8);
  return bytes;
}

/** Filters 0 to 2: each byte as it is, or less the one to its left, or the one above. */
const filters: readonly ((
  data: Uint8Array,
  at: number,
  column: number,
  row: number,
  rowBytes: number,
) => number)[] = [
  (data, at) => data[at]!,
  (data, at, column) => data[at]! - (column < pixelBytes ? 0 : data[at - pixelBytes]!),
  (data, at, _, row, rowBytes) => data[at]! - (row === 0 ? 0 : data[at - rowBytes]!),
];

/** Writes a row by the filter that leaves the least, as the specification advises. */
function filterRow({ data, width }: RgbImage, row: number, out: Uint8Array): void {
  const rowBytes = width * pixelBytes;
  let least = Infinity;
  filters.forEach((filter, type) => {
    const filtered = new Uint8Array(rowBytes);
    let left = 0;
    for (let x = 0; x < rowBytes; x++) {
      filtered[x] = filter(data, row * rowBytes + x, x, row, rowBytes);
      left += Math.min(filtered[x]!, 256 - filtered[x]!);
    }
    if (left >= least) return;
    least = left;
    out[row * (rowBytes + 1)] = type;
    out.set(filtered, row * (rowBytes + 1) + 1);
  });
}

/** A PNG file of these pixels. */
export function encodePng(image: RgbImage): Uint8Array {
  const { width, height } = image;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(form, 8);
  const rows = new Uint8Array(height * (width * pixelBytes + 1));
  for (let row = 0; row < height; row++) filterRow(image, row, rows);
  const packed = deflateSync(rows, { level: 9 });
  return Buffer.concat([
    Uint8Array.from(signature),
    chunk('IHDR', header),
    chunk('IDAT', packed),
    chunk('IEND', new Uint8Array(0)),
  ]);
}
