/**
 * Reads the size and the EXIF block from an image's header, without decoding a pixel: a file may claim any
 * size, and memory for it is only taken once the claim has been checked.
 */
import type { ImageFormat } from './format.ts';
import { ImageFault } from './fault.ts';

export interface ImageHeader {
  readonly width: number;
  readonly height: number;
  /** The TIFF block of the EXIF data, when the file has one. */
  readonly exif?: Uint8Array;
  /** Of JPEG: 1 is grey, 3 colours, 4 CMYK. */
  readonly components?: number;
  /** A file of that size has more bytes than these, however well it is compressed. */
  readonly leastBytes?: number;
}

/** Throws ImageFault when the header is cut short or is not of that format. */
export function readImageHeader(bytes: Uint8Array, format: ImageFormat): ImageHeader {
  try {
    return readers[format](new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (error instanceof RangeError) throw new ImageFault('truncated', 'it ends inside its header');
    throw error;
  }
}

const readers: Record<ImageFormat, (view: DataView) => ImageHeader> = {
  png: readPng,
  jpeg: readJpeg,
  webp: readWebp,
  gif: (view) => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) }),
  bmp: readBmp,
};

function slice(view: DataView, offset: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, Math.min(length, view.byteLength - offset));
}

function tag(view: DataView, offset: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(offset + i)));
}

/** By colour type. */
const samplesOfPixel: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** PNG specification, 11.2.1 (IHDR) and 11.3.4.5 (eXIf). */
function readPng(view: DataView): ImageHeader {
  if (tag(view, 12) !== 'IHDR') throw new ImageFault('damaged', 'its first chunk is not IHDR');
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const bitsOfPixel = view.getUint8(24) * (samplesOfPixel[view.getUint8(25)] ?? 1);
  // Deflate makes at most 1,032 bytes of one.
  const size = { width, height, leastBytes: (height * (1 + (width * bitsOfPixel) / 8)) / 1032 };
  for (let offset = 8; offset + 12 <= view.byteLength;) {
    const length = view.getUint32(offset);
    const type = tag(view, offset + 4);
    if (type === 'eXIf') return { ...size, exif: slice(view, offset + 8, length) };
    if (type === 'IEND') break;
    offset += 12 + length;
  }
  return size;
}

/** Frame headers: SOF0 to SOF15, without DHT (C4), JPG (C8) and DAC (CC). ITU T.81, table B.1. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Walks JPEG's segments to the frame header; EXIF comes before it, in APP1. */
function readJpeg(view: DataView): ImageHeader {
  let exif: Uint8Array | undefined;
  for (let offset = 2; ;) {
    if (view.getUint8(offset) !== 0xff)
      throw new ImageFault('damaged', 'a marker is missing from its header');
    const marker = view.getUint8(offset + 1);
    if (marker === 0xff) {
      offset += 1;
      continue;
    }
    if (marker === 0xd9 || marker === 0xda) throw new ImageFault('damaged', 'it has no frame header');
    const length = view.getUint16(offset + 2);
    if (isFrameHeader(marker)) {
      const [height, width] = [view.getUint16(offset + 5), view.getUint16(offset + 7)];
      // Every block of 8 × 8 has a code of at least one bit for its mean.
      const components = view.getUint8(offset + 9);
      return {
        height,
        width,
        exif,
        components,
        leastBytes: (Math.ceil(width / 8) * Math.ceil(height / 8)) / 8,
      };
    }
    const isExif = marker === 0xe1 && tag(view, offset + 4) === 'Exif';
    if (isExif) exif ??= slice(view, offset + 10, length - 8);
    offset += 2 + length;
  }
}

/** RIFF container: VP8 (lossy), VP8L (lossless) or VP8X (extended, with an EXIF chunk further on). */
function readWebp(view: DataView): ImageHeader {
  const type = tag(view, 12);
  if (type === 'VP8 ') {
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  }
  if (type === 'VP8L') {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (type !== 'VP8X') throw new ImageFault('damaged', 'its first chunk is none of VP8, VP8L, VP8X');
  if ((view.getUint8(20) & 0x02) !== 0) throw new ImageFault('unsupported', 'it is an animation');
  const size = { width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 };
  for (let offset = 12; offset + 8 <= view.byteLength;) {
    const length = view.getUint32(offset + 4, true);
    if (tag(view, offset) === 'EXIF') return { ...size, exif: webpExif(slice(view, offset + 8, length)) };
    offset += 8 + length + (length & 1);
  }
  return size;
}

/** Some writers keep JPEG's "Exif\0\0" in front of the TIFF block. */
function webpExif(chunk: Uint8Array): Uint8Array {
  return chunk[0] === 0x45 ? chunk.subarray(6) : chunk;
}

function uint24(view: DataView, offset: number): number {
  return view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16);
}

/** A negative height means that rows run from the top. The oldest header (12 bytes) has 16-bit sizes. */
function readBmp(view: DataView): ImageHeader {
  if (view.getUint32(14, true) === 12) {
    return { width: view.getUint16(18, true), height: view.getUint16(20, true) };
  }
  return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
}
