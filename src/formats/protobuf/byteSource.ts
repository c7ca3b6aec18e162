/** Bytes that lie somewhere else: read in any order, a few at a time. */
export interface ByteSource {
  readonly length: number;
  /** The byte at a place from 0 to length - 1. */
  byteAt(at: number): number;
  /** A copy. */
  slice(begin: number, end: number): Uint8Array;
}

const windowBytes = 1 << 16;

/** Bytes that `read` gives, through a window of 64 KiB. */
export function windowedBytes(length: number, read: (begin: number, end: number) => Uint8Array): ByteSource {
  let window: Uint8Array = new Uint8Array(0);
  let windowBegin = 0;
  return {
    length,
    byteAt(at) {
      const byte = window[at - windowBegin];
      if (byte !== undefined) return byte;
      window = read(at, Math.min(at + windowBytes, length));
      windowBegin = at;
      return window[0]!;
    },
    slice(begin, end) {
      const from = begin - windowBegin;
      const inWindow = from >= 0 && end <= windowBegin + window.length;
      return inWindow ? window.slice(from, end - windowBegin) : read(begin, end);
    },
  };
}

/** Bytes that are in memory. */
export function memoryBytes(bytes: Uint8Array): ByteSource {
  return {
    length: bytes.length,
    byteAt: (at) => bytes[at]!,
    // Not bytes.slice, which on a Buffer copies nothing.
    slice: (begin, end) => new Uint8Array(bytes.subarray(begin, end)),
  };
}
