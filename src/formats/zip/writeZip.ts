/**
 * Writes zip archives (PKWARE's APPNOTE.TXT) of stored entries, the bytes of each at a multiple of 64 as PyTorch
 * places them, so that readers can map them into memory.
 */
import { crc32 } from 'node:zlib';
import { ZipError } from './readZip.ts';
import { zipSignatures as signatures } from './zipDirectory.ts';

const alignment = 64;
const version = 20;
/** Names are UTF-8. */
const flags = 0x0800;
/** The first day that the format knows, so that the same content gives the same bytes. */
const date = (1 << 5) | 1;
/** Of the extra field that pads a local header; PyTorch's own. */
const paddingId = 0x4246;

/** A file to put into an archive. */
export interface ZipSource {
  readonly name: string;
  /** Called once, when its turn comes. */
  readonly read: () => Uint8Array | Promise<Uint8Array>;
}

/** Writes an archive, one entry at a time. Throws ZipError over 4 GiB, and what `read` and `writeBytes` throw. */
export async function writeZip(
  sources: readonly ZipSource[],
  writeBytes: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const directory: Uint8Array[] = [];
  let at = 0;
  const put = async (bytes: Uint8Array): Promise<void> => {
    await writeBytes(bytes);
    at += bytes.length;
    if (at > 0xffff_ffff) throw new ZipError('it would be larger than 4 GiB');
  };
  for (const { name, read } of sources) {
    const bytes = await read();
    const entry = { name: Buffer.from(name), size: bytes.length, crc: crc32(bytes), headerAt: at };
    await put(localHeader(entry));
    await put(bytes);
    directory.push(directoryHeader(entry));
  }
  const directoryAt = at;
  await put(Buffer.concat(directory));
  await put(end(directory.length, directoryAt, at - directoryAt));
}

interface Entry {
  readonly name: Uint8Array;
  readonly size: number;
  readonly crc: number;
  readonly headerAt: number;
}

function localHeader({ name, size, crc, headerAt }: Entry): Uint8Array {
  const fixed = 30;
  const fieldHeader = 4;
  const unpadded = headerAt + fixed + name.length + fieldHeader;
  const padding = (alignment - (unpadded % alignment)) % alignment;
  const bytes = Buffer.alloc(fixed + name.length + fieldHeader + padding);
  bytes.writeUInt32LE(signatures.localHeader, 0);
  writeDescription(bytes, 4, { crc, size, name: name.length, extra: fieldHeader + padding });
  bytes.set(name, fixed);
  bytes.writeUInt16LE(paddingId, fixed + name.length);
  bytes.writeUInt16LE(padding, fixed + name.length + 2);
  return bytes;
}

function directoryHeader({ name, size, crc, headerAt }: Entry): Uint8Array {
  const fixed = 46;
  const bytes = Buffer.alloc(fixed + name.length);
  bytes.writeUInt32LE(signatures.directoryEntry, 0);
  bytes.writeUInt16LE(version, 4);
  writeDescription(bytes, 6, { crc, size, name: name.length, extra: 0 });
  bytes.writeUInt32LE(headerAt, 42);
  bytes.set(name, fixed);
  return bytes;
}

/** The fields that local headers and the directory share. */
function writeDescription(
  bytes: Buffer,
  at: number,
  { crc, size, name, extra }: { crc: number; size: number; name: number; extra: number },
): void {
  bytes.writeUInt16LE(version, at);
  bytes.writeUInt16LE(flags, at + 2);
  bytes.writeUInt16LE(date, at + 8);
  bytes.writeUInt32LE(crc, at + 10);
  bytes.writeUInt32LE(size, at + 14);
  bytes.writeUInt32LE(size, at + 18);
  bytes.writeUInt16LE(name, at + 22);
  bytes.writeUInt16LE(extra, at + 24);
}

function end(entries: number, directoryAt: number, directoryBytes: number): Uint8Array {
  const bytes = Buffer.alloc(22);
  bytes.writeUInt32LE(signatures.end, 0);
  bytes.writeUInt16LE(entries, 8);
  bytes.writeUInt16LE(entries, 10);
  bytes.writeUInt32LE(directoryBytes, 12);
  bytes.writeUInt32LE(directoryAt, 16);
  return bytes;
}
