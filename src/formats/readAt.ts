import type { FileHandle } from 'node:fs/promises';

/** Most bytes that one call of the system is asked for. */
const mostAtOnce = 1 << 30;

/** Reads so many bytes from a place of a file. Throws a system error when they are not there. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(mostAtOnce, length - at), position + at);
    if (bytesRead === 0)
      throw Object.assign(new Error('it became shorter while it was read'), { syscall: 'read' });
    at += bytesRead;
  }
  return bytes.buffer;
}
