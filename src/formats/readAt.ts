import type { FileHandle } from 'node:fs/promises';

/** Bytes that one call of the system is asked for. */
const pieceBytes = 1 << 22;
/** Calls at once: copying out of the system's cache is work that several threads share. */
const callsAtOnce = 4;

/** Reads so many bytes from a place of a file. Throws a system error when they are not there, or too many. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<ArrayBuffer> {
  const bytes = allocate(length);
  let next = 0;
  const readPieces = async (): Promise<void> => {
    while (next < length) {
      const from = next;
      next = Math.min(length, from + pieceBytes);
      await readPiece(handle, position + from, bytes.subarray(from, next));
    }
  };
  const calls = Math.min(callsAtOnce, Math.ceil(length / pieceBytes));
  await Promise.all(Array.from({ length: calls }, readPieces));
  return bytes.buffer;
}

function allocate(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (error) {
    const reason = `it asks for ${length} bytes at once, which do not fit into memory`;
    throw Object.assign(new Error(reason, { cause: error }), { syscall: 'read' });
  }
}

/** The system may give fewer bytes than it was asked for. */
async function readPiece(handle: FileHandle, position: number, into: Uint8Array): Promise<void> {
  for (let at = 0; at < into.length;) {
    const { bytesRead } = await handle.read(into, at, into.length - at, position + at);
    if (bytesRead === 0) {
      throw Object.assign(new Error('it became shorter while it was read'), { syscall: 'read' });
    }
    at += bytesRead;
  }
}
