/**
 * Reads zip archives (PKWARE's APPNOTE.TXT) whose entries are stored, as PyTorch writes them: any part of an entry
 * can then be read from where it lies. Compressed entries are refused, and with them archives that unfold to more
 * than they are.
 */
import { crc32 } from '../crc32.ts';
import type { OpenedFile } from '../openedFile.ts';
import { quoted } from '../quoted.ts';
import { endOfDirectory, zipSignatures as signatures, type DirectoryPlace } from './zipDirectory.ts';

/** Why an archive was refused; the caller says of which file. */
export class ZipError extends Error {}

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Reads so many bytes from a place of the entry. Throws ZipError, ALEX_FILE_READ. */
  read(from: number, length: number): Promise<ArrayBuffer>;
  /** Reads all of it and checks that it is undamaged. Throws ZipError, ALEX_FILE_READ. */
  readAll(): Promise<ArrayBuffer>;
}

interface DirectoryEntry {
  readonly name: string;
  readonly size: number;
  readonly crc: number;
  /** Where its local header begins. */
  readonly headerAt: number;
}

const mostDirectoryBytes = 8_000_000;
const localHeaderBytes = 30;
const directoryHeaderBytes = 46;

/** The entries of an archive, by name. Throws ZipError, ALEX_FILE_READ. */
export async function readZip(file: OpenedFile): Promise<ReadonlyMap<string, ZipEntry>> {
  const directory = await findDirectory(file);
  if (directory.bytes > mostDirectoryBytes) throw new ZipError('its directory is too large');
  const listed = parseDirectory(new Uint8Array(await file.read(directory.at, directory.bytes)), directory);
  return new Map(withLimits(listed, directory.at).map((entry) => [entry.name, zipEntry(file, entry)]));
}

/** The end record, and the longest comment that may follow it. */
const tailBytes = 22 + 0xffff;
/** Before the end record: the larger end record and its locator. */
const zip64Bytes = 76;

async function findDirectory({ size, read }: OpenedFile): Promise<DirectoryPlace> {
  const from = Math.max(0, size - tailBytes - zip64Bytes);
  const tail = new Uint8Array(await read(from, size - from));
  const place = endOfDirectory(tail, from);
  if (place === undefined) throw new ZipError('it has no end: it is cut short, or no zip archive');
  if (place.at + place.bytes > size) throw new ZipError('its directory lies outside of the file');
  return place;
}

function parseDirectory(bytes: Uint8Array, { entries }: DirectoryPlace): DirectoryEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const listed: DirectoryEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < directoryHeaderBytes || view.getUint32(at, true) !== signatures.directoryEntry)
      throw new ZipError('its directory is damaged');
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
      view.getUint16(at + field, true),
    );
    const end = at + directoryHeaderBytes + nameBytes! + extraBytes! + commentBytes!;
    if (end > bytes.length) throw new ZipError('its directory is damaged');
    listed.push(directoryEntry(bytes.subarray(at, end)));
    at = end;
  }
  if (listed.length !== entries) {
    throw new ZipError(`its directory has ${listed.length} entries, expected ${entries}`);
  }
  return listed;
}

const encrypted = 1;

function directoryEntry(bytes: Uint8Array): DirectoryEntry {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nameEnd = directoryHeaderBytes + view.getUint16(28, true);
  const name = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    bytes.subarray(directoryHeaderBytes, nameEnd),
  );
  const method = view.getUint16(10, true);
  if (method !== 0 || (view.getUint16(8, true) & encrypted) !== 0) {
    throw new ZipError(`${quoted(name)} is compressed or encrypted, expected as it is`);
  }
  const extra = bytes.subarray(nameEnd, nameEnd + view.getUint16(30, true));
  const [size, packed, headerAt] = wideFields(
    [view.getUint32(24, true), view.getUint32(20, true), view.getUint32(42, true)],
    extra,
  );
  if (size !== packed) throw new ZipError(`${quoted(name)} has two sizes, ${size} and ${packed}`);
  return { name, size: size!, headerAt: headerAt!, crc: view.getUint32(16, true) };
}

const wide = 0xffff_ffff;
const zip64ExtraId = 1;

/** Fields that are too large for 32 bits stand in the zip64 extra field, in this order. */
function wideFields(fields: readonly number[], extra: Uint8Array): number[] {
  const long = zip64Extra(extra);
  let at = 0;
  return fields.map((field) => {
    if (field !== wide) return field;
    if (long === undefined || at + 8 > long.byteLength) throw new ZipError('its directory is damaged');
    const value = Number(long.getBigUint64(at, true));
    at += 8;
    return value;
  });
}

function zip64Extra(extra: Uint8Array): DataView | undefined {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  for (let at = 0; at + 4 <= extra.length;) {
    const length = view.getUint16(at + 2, true);
    if (at + 4 + length > extra.length) return undefined;
    if (view.getUint16(at, true) === zip64ExtraId)
      return new DataView(view.buffer, view.byteOffset + at + 4, length);
    at += 4 + length;
  }
  return undefined;
}

interface LimitedEntry extends DirectoryEntry {
  /** Where the next entry or the directory begins. */
  readonly end: number;
}

/** Entries must follow each other: two of one name, or at one place, are a way to show two readers two files. */
function withLimits(listed: readonly DirectoryEntry[], directoryAt: number): LimitedEntry[] {
  const sorted = listed.toSorted((a, b) => a.headerAt - b.headerAt);
  const names = new Set<string>();
  return sorted.map((entry, i) => {
    const { name, size, headerAt } = entry;
    if (names.has(name)) throw new ZipError(`it has ${quoted(name)} twice`);
    names.add(name);
    const end = sorted[i + 1]?.headerAt ?? directoryAt;
    if (!(headerAt + localHeaderBytes + size <= end)) {
      throw new ZipError(`${quoted(name)} overlaps another entry, or lies outside of the file`);
    }
    return { ...entry, end };
  });
}

function zipEntry(file: OpenedFile, entry: LimitedEntry): ZipEntry {
  const { name, size, crc } = entry;
  let start: Promise<number> | undefined;
  const read = async (from: number, length: number): Promise<ArrayBuffer> => {
    if (from < 0 || from + length > size) throw new ZipError(`${quoted(name)} has only ${size} bytes`);
    start ??= dataStart(file, entry);
    return file.read((await start) + from, length);
  };
  return {
    name,
    size,
    read,
    readAll: async () => {
      const bytes = await read(0, size);
      if (crc32(new Uint8Array(bytes)) !== crc) throw new ZipError(`${quoted(name)} is damaged`);
      return bytes;
    },
  };
}

/** After the local header, whose name and extra field may have other lengths than in the directory. */
async function dataStart(file: OpenedFile, { name, size, headerAt, end }: LimitedEntry): Promise<number> {
  const header = new DataView(await file.read(headerAt, localHeaderBytes));
  if (header.getUint32(0, true) !== signatures.localHeader) {
    throw new ZipError(`${quoted(name)} is not where the directory says`);
  }
  const at = headerAt + localHeaderBytes + header.getUint16(26, true) + header.getUint16(28, true);
  if (at + size > end) throw new ZipError(`${quoted(name)} overlaps another entry`);
  return at;
}
