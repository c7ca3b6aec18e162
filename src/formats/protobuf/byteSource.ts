import { readSync } from 'node:fs';

/** Bytes that lie somewhere else: read in any order, a few at a time. */
export interface ByteSource {
  readonly length: number;
  /** The byte at a place from 0 to length - 1. */
  byteAt(at: number): number;
  /** A copy. */
  slice(begin: number, end: number): Uint8Array;
}

const windowBytes = 1 << 16;

/** An open file's bytes, through a window of 64 KiB. Its methods throw system errors. */
export function fileBytes(descriptor: number, length: number): ByteSource {
  let window = new Uint8Array(0);
  let windowBegin = 0;
  return {
    length,
    byteAt(at) {
      const byte = window[at - windowBegin];
      if (byte !== undefined) return byte;
      window = readRange(descriptor, at, Math.min(at + windowBytes, length));
      windowBegin = at;
      return window[0]!;
    },
    slice(begin, end) {
      const from = begin - windowBegin;
      const inWindow = from >= 0 && end <= windowBegin + window.length;
      return inWindow ? window.slice(from, end - windowBegin) : readRange(descriptor, begin, end);
    },
  };
}

function readRange(descriptor: number, begin: number, end: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(end - begin);
  for (let at = 0; at < bytes.length;) {
    const count = readSync(descriptor, bytes, at, bytes.length - at, begin + at);
    if (count === 0)
      throw Object.assign(new Error('it became shorter while it was read'), { syscall: 'read' });
    at += count;
  }
  return bytes;
}
