/** Reads a run's events.jsonl as it grows. */
import type { FileHandle } from 'node:fs/promises';
import { openPlainFile } from '../formats/plainFile.ts';
import type { TrainingEvent } from '../training/events.ts';
import { parsedEvent } from '../training/runEvents.ts';

/** A place in a file, the beginning of a line: `INODE:BYTES`. Empty before the first byte of any file. */
export type Cursor = string;

export interface Appended {
  readonly from: Cursor;
  readonly to: Cursor;
  /** The file is another one than the cursor's, or was cut off: these are its first events. */
  readonly reset: boolean;
  readonly events: readonly TrainingEvent[];
}

const mostBytes = 1 << 22;

/**
 * All whole lines from a cursor on. A line that is being written is left for the next time. A file that is not there, or is
 * no plain file, has no events.
 */
export async function readAppended(path: string, from: Cursor): Promise<Appended> {
  const handle = await openPlainFile(path);
  if (handle === undefined) return { from, to: '', reset: from !== '', events: [] };
  try {
    const { ino, size } = await handle.stat();
    const [inode, bytes] = parseCursor(from);
    const reset = from !== '' && (inode !== ino || bytes > size);
    const events: TrainingEvent[] = [];
    let at = reset || from === '' ? 0 : bytes;
    while (at < size) {
      const piece = await readLines(handle, at, size);
      if (piece.length === 0) break;
      at += piece.length;
      events.push(...piece.toString('utf8').split('\n').flatMap(parsedEvent));
    }
    return { from, to: `${ino}:${at}`, reset, events };
  } finally {
    await handle.close();
  }
}

/** Whole lines; of a line that is longer than any event, a piece. */
async function readLines(handle: FileHandle, at: number, size: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.min(mostBytes, size - at));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
  const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
  return buffer.subarray(0, end === 0 && bytesRead === mostBytes ? bytesRead : end);
}

function parseCursor(cursor: Cursor): readonly [inode: number, bytes: number] {
  const match = /^(\d{1,20}):(\d{1,15})$/.exec(cursor);
  return match ? [Number(match[1]), Number(match[2])] : [-1, 0];
}
