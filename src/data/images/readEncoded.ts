/** Reads the bytes of encoded images, wherever they lie. */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { alexnetError } from '../../errors.ts';
import type { EncodedImages } from './encodedImages.ts';
import { packedString } from './packedStrings.ts';

/** Shards that a reader keeps open. */
const mostOpenShards = 32;

/** How messages call an image: its path, or its shard and its name in it. */
export function imageName({ root, names, shards }: EncodedImages, index: number): string {
  const name = packedString(names, index);
  return shards === undefined
    ? join(root, name)
    : `${name} in ${join(root, shards.files[shards.file[index]!]!)}`;
}

/** Bytes of one image after another; what a call gives is overwritten by the next. */
export interface EncodedReader {
  /** Throws ALEX_IMAGE_READ, ALEX_IMAGE_CHANGED when it has not the length that it was found with. */
  read(index: number): Uint8Array;
  close(): void;
}

/** Makes a reader with memory of its own, for one thread. It holds as much as the longest image it has read. */
export function encodedReader(images: EncodedImages): EncodedReader {
  let memory = new Uint8Array(1 << 16);
  const open = new Map<string, number>();

  function shard(path: string): number {
    const known = open.get(path);
    if (known !== undefined) return known;
    if (open.size === mostOpenShards) closeFirst(open);
    const file = openSync(path, 'r');
    open.set(path, file);
    return file;
  }
  return {
    read(index) {
      const bytes = images.bytes[index]!;
      // A byte more, to see that a file has grown.
      if (memory.length <= bytes) memory = new Uint8Array(Math.ceil(bytes * 1.25) + 1);
      const got = readingImage(images, index, () => {
        if (images.shards === undefined) {
          return readFile(join(images.root, packedString(images.names, index)), memory, bytes + 1);
        }
        const { files, file, offset } = images.shards;
        const path = join(images.root, files[file[index]!]!);
        return readAt(shard(path), memory, bytes, offset[index]!);
      });
      if (got !== bytes) {
        throw alexnetError('ALEX_IMAGE_CHANGED', {
          name: imageName(images, index),
          bytes: got,
          expected: bytes,
        });
      }
      return memory.subarray(0, bytes);
    },
    close() {
      while (open.size > 0) closeFirst(open);
    },
  };
}

function closeFirst(open: Map<string, number>): void {
  const [path, file] = open.entries().next().value!;
  closeSync(file);
  open.delete(path);
}

/** Returns how many of the wanted bytes the file has. */
function readFile(path: string, memory: Uint8Array, bytes: number): number {
  const file = openSync(path, 'r');
  try {
    return readAt(file, memory, bytes, 0);
  } finally {
    closeSync(file);
  }
}

function readAt(file: number, memory: Uint8Array, bytes: number, from: number): number {
  let done = 0;
  while (done < bytes) {
    const got = readSync(file, memory, done, bytes - done, from + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}

function readingImage(images: EncodedImages, index: number, read: () => number): number {
  try {
    return read();
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw alexnetError('ALEX_IMAGE_READ', { name: imageName(images, index), problem }, error);
  }
}
