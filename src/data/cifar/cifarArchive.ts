/** Streams the batch files out of a CIFAR .tar.gz. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { alexnetError } from '../../errors.ts';
import { splitOfBatch, type CifarArchive, type CifarSet, type CifarSplit } from './cifarSets.ts';
import { unreadable } from '../unreadable.ts';
import { readTar } from '../tar.ts';

const chunkBytes = 1 << 20;
/** The largest batch, CIFAR-100's training images, has about 154 MB; more than this is not one. */
const mostBatchBytes = 192 << 20;

/** The archives unpack to about 186 MB. */
const mostUnpackedBytes = 400_000_000;

/** A file of an archive that holds images of a split. */
export interface CifarBatch {
  readonly set: CifarSet;
  readonly archive: CifarArchive;
  readonly split: CifarSplit;
  /** Its name, and its place among the files of the split. */
  readonly file: string;
  readonly index: number;
}

export interface ArchiveReading {
  /** Compressed bytes read, and of the whole file. */
  readonly onProgress?: ((bytes: number, total: number) => void) | undefined;
  /** Called for each wanted file in the archive's order. */
  readonly onBatch: (batch: CifarBatch, bytes: Uint8Array) => void;
}

export interface ArchiveIdentity {
  readonly set: CifarSet;
  /** The file is the official one, byte for byte. */
  readonly official: boolean;
}

/**
 * Reads a whole archive of one of these sets, gzip's own checksum included. Throws ALEX_DATA_UNREADABLE, ALEX_DATA_FORM
 * when it is none, ALEX_DATA_CORRUPT when it is damaged or a batch is missing, ALEX_DATA_MEMBER.
 */
export async function readCifarArchive(
  path: string,
  sets: readonly CifarSet[],
  reading: ArchiveReading,
): Promise<ArchiveIdentity> {
  const total = await checkGzip(path);
  // Another length is proof enough of another checksum.
  const archives = sets.flatMap((set) => set.archives);
  const md5 = archives.some(({ bytes }) => bytes === total) ? createHash('md5') : undefined;
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  let read = 0;
  file.on('data', (chunk) => {
    md5?.update(chunk);
    reading.onProgress?.((read += chunk.length), total);
  });
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  pipeline(file, gunzip, () => {});
  const { set, archive } = await readBatches(bounded(gunzip, path), path, sets, reading.onBatch);
  return { set, official: md5?.digest('hex') === archive.md5 };
}

/** A small file may unpack to anything: no further than any archive of CIFAR goes. */
async function* bounded(chunks: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > mostUnpackedBytes) {
      const problem = `it unpacks to more than ${mostUnpackedBytes / 1e6} MB`;
      throw alexnetError('ALEX_DATA_CORRUPT', { file: path, problem });
    }
    yield chunk;
  }
}

/** Size of the file, which begins as gzip does. */
async function checkGzip(path: string): Promise<number> {
  try {
    const { size } = await stat(path);
    const file = await open(path);
    try {
      const start = Buffer.alloc(2);
      await file.read(start, 0, 2, 0);
      if (start.readUInt16BE(0) === 0x1f8b) return size;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  throw alexnetError('ALEX_DATA_FORM', { path, found: 'a file that is not compressed with gzip' });
}

async function readBatches(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  sets: readonly CifarSet[],
  onBatch: ArchiveReading['onBatch'],
): Promise<{ set: CifarSet; archive: CifarArchive }> {
  const seen = new Set<string>();
  let found: { set: CifarSet; archive: CifarArchive } | undefined;
  try {
    for await (const member of readTar(chunks, path)) {
      const file = member.name.slice(member.name.lastIndexOf('/') + 1);
      found ??= archiveWith(file, sets);
      const split = found && splitOfBatch(found.archive, file);
      if (found === undefined || split === undefined) continue;
      if (seen.has(file))
        throw alexnetError('ALEX_DATA_CORRUPT', { file: path, problem: `${file} is there twice` });
      if (member.bytes > mostBatchBytes) {
        throw alexnetError('ALEX_DATA_CORRUPT', { file: path, problem: `${file} has ${member.bytes} bytes` });
      }
      seen.add(file);
      onBatch(
        { ...found, split, file, index: found.archive.batches[split].indexOf(file) },
        await member.read(),
      );
    }
  } catch (error) {
    throw asDataError(error, path);
  }
  if (found === undefined) {
    throw alexnetError('ALEX_DATA_FORM', { path, found: 'an archive without batches of CIFAR' });
  }
  const { archive } = found;
  const missing = [...archive.batches.train, ...archive.batches.test].filter((file) => !seen.has(file));
  if (missing.length > 0) {
    throw alexnetError('ALEX_DATA_CORRUPT', { file: path, problem: `without ${missing.join(', ')}` });
  }
  return found;
}

function archiveWith(
  file: string,
  sets: readonly CifarSet[],
): { set: CifarSet; archive: CifarArchive } | undefined {
  for (const set of sets) {
    const archive = set.archives.find((candidate) => splitOfBatch(candidate, file) !== undefined);
    if (archive !== undefined) return { set, archive };
  }
  return undefined;
}

/** zlib's errors become ALEX_DATA_CORRUPT, the system's ALEX_DATA_UNREADABLE; ours stay. */
function asDataError(error: unknown, path: string): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code.startsWith('Z_'))
    return alexnetError('ALEX_DATA_CORRUPT', { file: path, problem: message }, error);
  return code.startsWith('ALEX_') || code === '' ? error : unreadable(path, error);
}
