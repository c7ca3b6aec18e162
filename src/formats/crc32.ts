/** The reflected polynomial of CRC-32: ISO 3309, PKWARE's APPNOTE.TXT, section 4.4.7. */
const polynomial = 0xedb8_8320;

/** CRC-32 of bytes, as zip archives have it; from 0 to 2^32 - 1. */
export type Crc32 = (bytes: Uint8Array) => number;

interface Zlib {
  readonly crc32: Crc32;
}

interface MaybeNode {
  readonly process?: { getBuiltinModule?(name: string): unknown };
}

/** Node.js's own, which is many times faster, where there is one. */
const built = (globalThis as MaybeNode).process?.getBuiltinModule?.('node:zlib') as Zlib | undefined;

export const crc32: Crc32 = built === undefined ? slicedCrc32() : (bytes) => built.crc32(bytes);

/** Four bytes at a time, with a table for each of them. */
export function slicedCrc32(): Crc32 {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let bits = byte;
    for (let i = 0; i < 8; i++) bits = bits & 1 ? (bits >>> 1) ^ polynomial : bits >>> 1;
    return bits;
  });
  const next = (table: Uint32Array): Uint32Array => table.map((bits) => (bits >>> 8) ^ first[bits & 0xff]!);
  const second = next(first);
  const third = next(second);
  const fourth = next(third);
  return (bytes) => {
    let crc = -1;
    let at = 0;
    for (const whole = bytes.length - (bytes.length % 4); at < whole; at += 4) {
      crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      crc =
        fourth[crc & 0xff]! ^ third[(crc >>> 8) & 0xff]! ^ second[(crc >>> 16) & 0xff]! ^ first[crc >>> 24]!;
    }
    for (; at < bytes.length; at++) crc = first[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
    return ~crc >>> 0;
  };
}
