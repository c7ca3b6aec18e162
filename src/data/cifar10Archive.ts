/** Streams the batch files out of a CIFAR-10 .tar.gz. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { alexnetError } from '../errors.ts';
import { cifar10Archives, type Cifar10Archive } from './cifar10Files.ts';
import { unreadable } from './cifar10Locate.ts';
import { readTar } from './tar.ts';

const chunkBytes = 1 << 20;
/** A batch of either version is about 31 MB; more than this is not one. */
const mostBatchBytes = 64 << 20;

export interface ArchiveReading {
  /** Compressed bytes read, and of the whole file. */
  readonly onProgress?: ((bytes: number, total: number) => void) | undefined;
  /** Called for each wanted file in the archive's order. */
  readonly onBatch: (archive: Cifar10Archive, file: string, bytes: Uint8Array) => void;
}

export interface ArchiveIdentity {
  readonly archive: Cifar10Archive;
  /** The file is the official one, byte for byte. */
  readonly official: boolean;
}

/**
 * Reads a whole archive, gzip's own checksum included. Throws ALEX_DATA_UNREADABLE, ALEX_DATA_FORM when it is no
 * CIFAR-10 archive, ALEX_DATA_CORRUPT when it is damaged or a batch is missing, ALEX_DATA_MEMBER.
 */
export async function readCifar10Archive(path: string, reading: ArchiveReading): Promise<ArchiveIdentity> {
  const total = await checkGzip(path);
  // Another length is proof enough of another checksum.
  const md5 = cifar10Archives.some(({ bytes }) => bytes === total) ? createHash('md5') : undefined;
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  let read = 0;
  file.on('data', (chunk) => {
    md5?.update(chunk);
    reading.onProgress?.((read += chunk.length), total);
  });
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  pipeline(file, gunzip, () => {});
  const archive = await readBatches(gunzip, path, reading.onBatch);
  return { archive, official: md5?.digest('hex') === archive.md5 };
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
  onBatch: ArchiveReading['onBatch'],
): Promise<Cifar10Archive> {
  const seen = new Set<string>();
  let archive: Cifar10Archive | undefined;
  try {
    for await (const member of readTar(chunks, path)) {
      const file = member.name.slice(member.name.lastIndexOf('/') + 1);
      archive ??= cifar10Archives.find(({ batches }) => isBatch(batches, file));
      if (archive === undefined || !isBatch(archive.batches, file)) continue;
      if (seen.has(file))
        throw alexnetError('ALEX_DATA_CORRUPT', { file: path, problem: `${file} is there twice` });
      if (member.bytes > mostBatchBytes) {
        throw alexnetError('ALEX_DATA_CORRUPT', { file: path, problem: `${file} has ${member.bytes} bytes` });
      }
      seen.add(file);
      onBatch(archive, file, await member.read());
    }
  } catch (error) {
    throw asDataError(error, path);
  }
  if (archive === undefined) {
    throw alexnetError('ALEX_DATA_FORM', { path, found: 'an archive without CIFAR-10 batches' });
  }
  const missing = [...archive.batches.train, ...archive.batches.test].filter((file) => !seen.has(file));
  if (missing.length > 0) {
    throw alexnetError('ALEX_DATA_CORRUPT', { file: path, problem: `without ${missing.join(', ')}` });
  }
  return archive;
}

function isBatch(batches: Cifar10Archive['batches'], file: string): boolean {
  return batches.train.includes(file) || batches.test.includes(file);
}

/** zlib's errors become ALEX_DATA_CORRUPT, the system's ALEX_DATA_UNREADABLE; ours stay. */
function asDataError(error: unknown, path: string): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code.startsWith('Z_'))
    return alexnetError('ALEX_DATA_CORRUPT', { file: path, problem: message }, error);
  return code.startsWith('ALEX_') || code === '' ? error : unreadable(path, error);
}
