/** Downloads: several mirrors, partial files that are gone on with, a checksum, and a rename at the end. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { alexnetError, AlexnetError } from '../errors.ts';
import { cifar10, type CifarSet } from './cifar/cifarSets.ts';
import { findCifar } from './cifar/locateCifar.ts';
import { downloadDir } from './locations.ts';
import { cifarMirrors, type Mirror } from './mirrors.ts';
import { discard, sizeOf, transfer, TransferError } from './transfer.ts';
import type { Patience, TransferProgress } from './transfer.ts';

export interface DownloadProgress extends TransferProgress {
  readonly url: string;
}

export interface DownloadOptions {
  readonly mirrors: readonly Mirror[];
  /** Where the archive goes; made when it is not there. */
  readonly folder: string;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Told when a mirror is left for the next, and why. */
  readonly onNotice?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly patience?: Patience | undefined;
}

const defaultPatience: Patience = { stallSeconds: 30, slowBytesPerSecond: 200_000, slowSeconds: 15 };
/** Times that a mirror is asked to go on after its connection broke. */
const mostBreaks = 5;

/**
 * Downloads an archive from the first mirror that gives it; returns its path. A mirror that fails is left for the
 * next; one that is only slow gets another chance when all others have failed. An interrupted download is gone on
 * with the next time. Throws ALEX_DATA_DOWNLOAD, ALEX_DATA_WRITE, or the signal's reason.
 */
export async function download(options: DownloadOptions): Promise<string> {
  const { mirrors, folder, onNotice, patience = defaultPatience } = options;
  const attempts: string[] = [];
  const endless = { ...patience, slowBytesPerSecond: 0 };
  const slow: Mirror[] = [];
  const rounds = [
    { of: mirrors, patience: mirrors.length > 1 ? patience : endless },
    { of: slow, patience: endless },
  ];
  try {
    await mkdir(folder, { recursive: true });
    for (const round of rounds) {
      for (const mirror of round.of) {
        const failure = await tryMirror(mirror, { ...options, patience: round.patience });
        if (failure === undefined) return join(folder, mirror.file);
        if (failure.slow) slow.push(mirror);
        const attempt = `${mirror.url}: ${failure.message}`;
        attempts.push(attempt);
        onNotice?.(attempt);
      }
    }
  } catch (error) {
    throw asWriteError(error, folder, options.signal);
  }
  const file = mirrors[0]?.file ?? 'the archive';
  throw alexnetError('ALEX_DATA_DOWNLOAD', { file, folder, attempts });
}

/** Undefined when the archive is in place. */
async function tryMirror(mirror: Mirror, options: DownloadOptions): Promise<TransferError | undefined> {
  const part = join(options.folder, `${mirror.file}.part`);
  const resumed = (await sizeOf(part)) > 0;
  const failure = (await fetchAll(mirror, part, options)) ?? (await finish(mirror, part, options.folder));
  // Bytes from an earlier time or another mirror may be to blame: once more from the start.
  if (resumed && failure !== undefined && (await sizeOf(part)) === 0) {
    return (await fetchAll(mirror, part, options)) ?? (await finish(mirror, part, options.folder));
  }
  return failure;
}

/** Goes on after broken connections as long as each brings something. */
async function fetchAll(
  mirror: Mirror,
  part: string,
  { onProgress, signal, patience = defaultPatience }: DownloadOptions,
): Promise<TransferError | undefined> {
  const report = (progress: TransferProgress) => onProgress?.({ ...progress, url: mirror.url });
  for (let breaks = 0; ; breaks++) {
    const before = await sizeOf(part);
    try {
      await transfer({ url: mirror.url, part, patience, signal, onProgress: report });
      return undefined;
    } catch (error) {
      if (!(error instanceof TransferError)) throw error;
      const progressed = (await sizeOf(part)) > before;
      if (error.slow || !progressed || breaks === mostBreaks) return error;
    }
  }
}

/** Checks the sum, and puts the file in its place whole or not at all. */
async function finish(mirror: Mirror, part: string, folder: string): Promise<TransferError | undefined> {
  const sum = await md5Of(part);
  if (sum !== mirror.md5) {
    await discard(part);
    return new TransferError(`the checksum (md5) is ${sum}, expected ${mirror.md5}`);
  }
  const file = await open(part, 'r+');
  await file.sync();
  await file.close();
  await rename(part, join(folder, mirror.file));
  await discard(part);
  return undefined;
}

/** Of a file, in hexadecimal. */
export async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function asWriteError(error: unknown, path: string, signal: AbortSignal | undefined): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof AlexnetError || signal?.aborted === true || code === undefined) return error;
  const reasons: Record<string, string> = {
    ENOSPC: 'the disk is full',
    EACCES: 'permission denied',
    EROFS: 'the disk is read-only',
    ENOTDIR: 'a file is in the way',
    EEXIST: 'a file is in the way',
  };
  return alexnetError('ALEX_DATA_WRITE', { path, reason: reasons[code] ?? message }, error);
}

export interface FetchOptions extends Omit<Partial<DownloadOptions>, 'folder'> {
  /** Where to look for it and where to put it; see dataDirs and downloadDir. */
  readonly dataDir?: string | undefined;
}

export interface FetchResult {
  readonly path: string;
  /** False when it was there. */
  readonly downloaded: boolean;
}

/** Sees to it that CIFAR-10 is there: finds it, or downloads it. Throws what `download` and findCifar throw. */
export async function fetchCifar10(options: FetchOptions = {}): Promise<FetchResult> {
  return fetchCifar(cifar10, options);
}

/** Sees to it that CIFAR-10 or CIFAR-100 is there; see fetchCifar10. */
export async function fetchCifar(set: CifarSet, options: FetchOptions = {}): Promise<FetchResult> {
  const { dataDir, mirrors = cifarMirrors[set.name] } = options;
  const found = findOrMissing(set, dataDir);
  if (found !== undefined) return { path: found, downloaded: false };
  return { path: await download({ ...options, mirrors, folder: downloadDir(dataDir) }), downloaded: true };
}

function findOrMissing(set: CifarSet, dataDir: string | undefined): string | undefined {
  try {
    return findCifar(set, dataDir).path;
  } catch (error) {
    if (error instanceof AlexnetError && error.code === 'ALEX_DATA_MISSING') return undefined;
    throw error;
  }
}
