/** A thread's way to a cache of pixels. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { createImageDraws } from '../../random/imageDraws.ts';
import { channels, planarImage, type ImageSize, type ImageView } from '../image.ts';
import { imageOperation } from '../imageOperation.ts';
import { stepOutputSize } from '../transforms.ts';
import type { PixelCache } from './pixelCache.ts';

export interface CachedImages {
  /** The image after the cache's steps, until the next call; undefined when it is not there, or not as it was written. */
  read(index: number): ImageView | undefined;
  /** Does the cache's steps to a decoded image that has a place, and keeps the result; undefined when it has none. */
  add(index: number, image: ImageView): ImageView | undefined;
  close(): void;
}

/** Opens the files of a cache. Where they can no longer be read or written, images are decoded as without it. */
export function cachedImages({
  steps,
  pixels,
  checks,
  write,
  offsets,
  sizes,
  sums,
}: PixelCache): CachedImages {
  const operations = steps.map(imageOperation);
  const draws = createImageDraws(0);
  const files = { pixels: openFile(pixels, write), checks: write ? openFile(checks, write) : undefined };
  let memory = new Uint8Array(0);
  let full = false;

  function planesOf(index: number): Uint8Array<ArrayBuffer> {
    const bytes = channels * sizes[2 * index]! * sizes[2 * index + 1]!;
    if (memory.length < bytes) memory = new Uint8Array(bytes);
    return memory.subarray(0, bytes);
  }
  function sizeOf(index: number) {
    return { height: sizes[2 * index]!, width: sizes[2 * index + 1]! };
  }
  function keep(index: number, planes: Uint8Array): void {
    const sum = checkSum(planes);
    try {
      writeAll(files.pixels!, planes, offsets[index]!);
      writeAll(files.checks!, Uint32Array.of(sum), 4 * index);
      sums[index] = sum;
    } catch {
      // Such as a full disk: what is there is still used.
      full = true;
    }
  }
  return {
    read(index) {
      if (files.pixels === undefined || offsets[index]! < 0 || sums[index] === 0) return undefined;
      const planes = planesOf(index);
      if (!readAll(files.pixels, planes, offsets[index]!) || checkSum(planes) !== sums[index])
        return undefined;
      return planarImage(planes, sizeOf(index));
    },
    add(index, image) {
      if (offsets[index]! < 0 || full || files.checks === undefined || files.pixels === undefined)
        return undefined;
      const { height, width } = steps.reduce<ImageSize>((size, step) => stepOutputSize(step, size), image);
      const planned = sizeOf(index);
      // A header may have told another size than the pixels have.
      if (height !== planned.height || width !== planned.width) return undefined;
      const result = operations.reduce((current, operation) => operation(current, draws), image);
      const planes = planesOf(index);
      copyPlanes(result, planes);
      keep(index, planes);
      return planarImage(planes, result);
    },
    close() {
      for (const file of Object.values(files)) if (file !== undefined) closeSync(file);
      // The system may give their numbers to other files.
      files.pixels = files.checks = undefined;
    },
  };
}

function openFile(path: string, write: boolean): number | undefined {
  try {
    return openSync(path, write ? 'r+' : 'r');
  } catch {
    return undefined;
  }
}

/** 0 stands for pixels that are not there. */
function checkSum(planes: Uint8Array): number {
  return crc32(planes) || 1;
}

function copyPlanes({ data, offset, height, width, strides }: ImageView, planes: Uint8Array): void {
  let to = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      let from = offset + c * strides.channel + y * strides.row;
      for (let x = 0; x < width; x++, from += strides.column) planes[to++] = data[from]!;
    }
  }
}

function readAll(file: number, target: Uint8Array, position: number): boolean {
  try {
    for (let done = 0; done < target.length;) {
      const got = readSync(file, target, done, target.length - done, position + done);
      if (got === 0) return false;
      done += got;
    }
    return true;
  } catch {
    return false;
  }
}

function writeAll(file: number, values: Uint8Array | Uint32Array, position: number): void {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
  }
}
