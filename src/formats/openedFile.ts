/** A file that is open to be read, wherever its bytes are: on a disk (openFile.ts), in a Blob, or in memory. */
import { alexnetError } from '../errors.ts';
import { memoryBytes, type ByteSource } from './protobuf/byteSource.ts';

export interface OpenedFile {
  /** As messages call it: its path, where it has one. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Reads so many bytes from a place of the file. Throws ALEX_FILE_READ, also when they are not there. */
  read(position: number, length: number): Promise<ArrayBuffer>;
  /** Its bytes in any order, a few at a time. Their methods throw ALEX_FILE_READ. */
  bytes(): Promise<ByteSource>;
  /**
   * Opens a file that lies in the same folder or below it; undefined for a location that leads elsewhere. Absent where
   * there is no folder. Throws ALEX_FILE_READ.
   */
  readonly openBeside?: (location: string) => Promise<OpenedFile | undefined>;
  close(): Promise<void>;
}

/** Hands a file to what opens it further; closes it when that throws. */
export async function closingOnFailure<T>(
  file: OpenedFile,
  open: (file: OpenedFile) => T | Promise<T>,
): Promise<T> {
  try {
    return await open(file);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A file that is in memory. */
export function fileOfBytes(name: string, bytes: Uint8Array): OpenedFile {
  return {
    name,
    size: bytes.length,
    // A copy: tensors must be aligned, and whoever reads them may keep or change them.
    read: async (position, length) =>
      new Uint8Array(bytes.subarray(position, wholeRange(name, bytes.length, position, length))).buffer,
    bytes: async () => memoryBytes(bytes),
    close: async () => {},
  };
}

/** A Blob or a File, of which only what is asked for is read. */
export function fileOfBlob(name: string, blob: Blob): OpenedFile {
  const read = async (position: number, length: number): Promise<ArrayBuffer> => {
    const part = blob.slice(position, wholeRange(name, blob.size, position, length));
    try {
      return await part.arrayBuffer();
    } catch (error) {
      throw alexnetError('ALEX_FILE_READ', { path: name, reason: (error as Error).message }, error);
    }
  };
  return {
    name,
    size: blob.size,
    read,
    bytes: async () => memoryBytes(new Uint8Array(await read(0, blob.size))),
    close: async () => {},
  };
}

/** Where a range ends. Throws ALEX_FILE_READ when it is not in the file. */
function wholeRange(path: string, size: number, position: number, length: number): number {
  const end = position + length;
  if (end <= size) return end;
  throw alexnetError('ALEX_FILE_READ', { path, reason: `it has ${size} bytes, expected ${end}` });
}
