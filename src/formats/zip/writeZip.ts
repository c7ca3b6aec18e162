/**
 * Writes zip archives (PKWARE's APPNOTE.TXT) of stored entries, the bytes of each at a multiple of 64 as PyTorch
 * places them, so that readers can map them into memory.
 */
import { crc32 } from '../crc32.ts';
import { joinBytes } from '../fileTarget.ts';
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
    const entry = {
      name: new TextEncoder().encode(name),
      size: bytes.length,
      crc: crc32(bytes),
      headerAt: at,
    };
    await put(localHeader(entry));
    await put(bytes);
    directory.push(directoryHeader(entry));
  }
  const directoryAt = at;
  await put(joinBytes(directory));
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
  const bytes = new Uint8Array(fixed + name.length + fieldHeader + padding);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, signatures.localHeader, true);
  writeDescription(view, 4, { crc, size, name: name.length, extra: fieldHeader + padding });
  bytes.set(name, fixed);
  view.setUint16(fixed + name.length, paddingId, true);
  view.setUint16(fixed + name.length + 2, padding, true);
  return bytes;
}

function directoryHeader({ name, size, crc, headerAt }: Entry): Uint8Array {
  const fixed = 46;
  const bytes = new Uint8Array(fixed + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, signatures.directoryEntry, true);
  view.setUint16(4, version, true);
  writeDescription(view, 6, { crc, size, name: name.length, extra: 0 });
  view.setUint32(42, headerAt, true);
  bytes.set(name, fixed);
  return bytes;
}

/** The fields that local headers and the directory share. */
function writeDescription(
  view: DataView,
  at: number,
  { crc, size, name, extra }: { crc: number; size: number; name: number; extra: number },
): void {
  view.setUint16(at, version, true);
  view.setUint16(at + 2, flags, true);
  view.setUint16(at + 8, date, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, size, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, name, true);
  view.setUint16(at + 24, extra, true);
}

function end(entries: number, directoryAt: number, directoryBytes: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(22));
  view.setUint32(0, signatures.end, true);
  view.setUint16(8, entries, true);
  view.setUint16(10, entries, true);
  view.setUint32(12, directoryBytes, true);
  view.setUint32(16, directoryAt, true);
  return new Uint8Array(view.buffer);
}
