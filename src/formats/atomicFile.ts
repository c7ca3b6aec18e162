import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writingFile } from './fileErrors.ts';
import type { FileTarget, WriteBytes } from './fileTarget.ts';

/**
 * Writes a file so that at any moment, even under kill -9 or a power cut, the path holds the old file or the new
 * one, each whole: into `PATH.tmp`, synced to the disk, then renamed. A failure leaves the old file and no other.
 * One writer at a time for a path. Throws ALEX_FILE_WRITE, and what `write` throws.
 */
export async function writeAtomically(
  path: string,
  write: (writeBytes: WriteBytes) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.tmp`;
  await writingFile(path, async () => {
    try {
      await writeSynced(temporary, write);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw error;
    }
    await syncFolder(dirname(path));
  });
}

/** As writeAtomically, for a writer that wants to know what the file is called. */
export function writeFileAtomically(
  path: string,
  write: (target: FileTarget) => Promise<void>,
): Promise<void> {
  return writeAtomically(path, (writeBytes) => write({ name: path, writeBytes }));
}

/** Writes a text file atomically. Throws ALEX_FILE_WRITE. */
export async function writeTextAtomically(path: string, text: string): Promise<void> {
  await writeAtomically(path, (writeBytes) => writeBytes(Buffer.from(text)));
}

async function writeSynced(path: string, write: (writeBytes: WriteBytes) => Promise<void>): Promise<void> {
  const handle = await open(path, 'w');
  try {
    await write((bytes) => writeAll(handle, bytes));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The system may take fewer bytes than it was given, and never more than 2 GiB at once. */
async function writeAll(handle: FileHandle, view: ArrayBufferView): Promise<void> {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const most = 1 << 30;
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, at, Math.min(most, bytes.length - at));
    at += bytesWritten;
  }
}

/** The rename itself is on the disk once its folder is. Windows cannot sync folders. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
