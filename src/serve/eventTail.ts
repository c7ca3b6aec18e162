/** Reads a run's events.jsonl as it grows. */
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { openPlainFile } from '../formats/plainFile.ts';
import type { TrainingEvent } from '../training/events.ts';
import { parsedEvent } from '../training/runEvents.ts';

/** A place in a file, the beginning of a line: `INODE-BIRTH:BYTES`. Empty before the first byte of any file. */
export type Cursor = string;

export interface Appended {
  readonly from: Cursor;
  readonly to: Cursor;
  /** The file is another one than the cursor's, or was cut off: these are its first events. */
  readonly reset: boolean;
  readonly events: readonly TrainingEvent[];
  /** There are more than these already. */
  readonly more: boolean;
}

const mostBytes = 1 << 22;

/**
 * The whole lines from a cursor on, some MiB of them. A line that is being written is left for the next time. A file that is
 * not there, or is no plain file, has no events.
 */
export async function readAppended(path: string, from: Cursor): Promise<Appended> {
  const handle = await openPlainFile(path);
  if (handle === undefined) return { from, to: '', reset: from !== '', events: [], more: false };
  try {
    const stats = await handle.stat({ bigint: true });
    const [file, size] = [identityOf(stats), Number(stats.size)];
    const before = parseCursor(from);
    const isSame = before.file === file && before.bytes <= size;
    const at = isSame ? before.bytes : 0;
    const piece = await readLines(handle, at, size);
    const end = at + piece.length;
    return {
      from,
      to: `${file}:${end}`,
      reset: from !== '' && !isSame,
      events: piece.toString('utf8').split('\n').flatMap(parsedEvent),
      more: piece.length > 0 && end < size,
    };
  } finally {
    await handle.close();
  }
}

/** The same piece by piece, to the end. */
export async function* readPieces(path: string, from: Cursor): AsyncGenerator<Appended> {
  for (let next = from; ;) {
    const piece = await readAppended(path, next);
    yield piece;
    if (!piece.more) return;
    next = piece.to;
  }
}

/** Whole lines; of a line that is longer than any event, a piece. */
async function readLines(handle: FileHandle, at: number, size: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.min(mostBytes, size - at));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
  const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
  return buffer.subarray(0, end === 0 && bytesRead === mostBytes ? bytesRead : end);
}

/** Inodes are given again: with the time of its birth, in nanoseconds, a file is known. */
function identityOf({ ino, birthtimeNs }: BigIntStats): string {
  return `${ino}-${birthtimeNs}`;
}

function parseCursor(cursor: Cursor): { readonly file: string; readonly bytes: number } {
  const match = /^(\d{1,20}-\d{1,20}):(\d{1,15})$/.exec(cursor);
  return match ? { file: match[1]!, bytes: Number(match[2]) } : { file: '', bytes: 0 };
}
