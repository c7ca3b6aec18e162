/** Appends bytes to what is being written. They must stay as they are until it has been written. */
export type WriteBytes = (bytes: ArrayBufferView) => Promise<void>;

/** A file that is being written, from its beginning to its end. */
export interface FileTarget {
  /** As messages call it: its path, where it has one. */
  readonly name: string;
  readonly writeBytes: WriteBytes;
}

/** Writes a file into memory; `name` is for messages. Throws what `write` throws. */
export async function writtenBytes(
  name: string,
  write: (target: FileTarget) => Promise<void>,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  await write({
    name,
    writeBytes: async ({ buffer, byteOffset, byteLength }) => {
      pieces.push(new Uint8Array(buffer, byteOffset, byteLength));
    },
  });
  return joinBytes(pieces);
}

/** The pieces one after the other. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
