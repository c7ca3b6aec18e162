/** Files on the disk, in Node.js. */
import { readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import { readingFile, readingFileNow } from './fileErrors.ts';
import { closingOnFailure, type OpenedFile } from './openedFile.ts';
import { windowedBytes } from './protobuf/byteSource.ts';
import { readAt } from './readAt.ts';

/** Opens a file. Throws ALEX_FILE_READ. */
export async function openFile(path: string): Promise<OpenedFile> {
  const { handle, size } = await readingFile(path, () => openSized(path));
  return {
    name: path,
    size,
    read: (position, length) => readingFile(path, () => readAt(handle, position, length)),
    bytes: async () =>
      windowedBytes(size, (begin, end) => readingFileNow(path, () => readRange(handle.fd, begin, end))),
    openBeside: async (location) => {
      const beside = normalize(location);
      return leadsElsewhere(beside) ? undefined : openFile(join(dirname(path), beside));
    },
    close: () => handle.close(),
  };
}

/** Opens a file as what `open` makes of it. Throws ALEX_FILE_READ, and what `open` throws. */
export async function openFileAs<T>(path: string, open: (file: OpenedFile) => T | Promise<T>): Promise<T> {
  return closingOnFailure(await openFile(path), open);
}

async function openSized(path: string): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  const handle = await open(path, 'r');
  try {
    return { handle, size: (await handle.stat()).size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function leadsElsewhere(location: string): boolean {
  return (
    location === '.' || isAbsolute(location) || location.split(sep).includes('..') || location.includes('\0')
  );
}

function readRange(descriptor: number, begin: number, end: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(end - begin);
  for (let at = 0; at < bytes.length;) {
    const count = readSync(descriptor, bytes, at, bytes.length - at, begin + at);
    if (count === 0)
      throw Object.assign(new Error('it became shorter while it was read'), { syscall: 'read' });
    at += count;
  }
  return bytes;
}
