/**
 * A cache of pixels on the disk: images of files as they are after the transforms that do the same every time, so that
 * later epochs read pixels and decode nothing.
 *
 * Two files hold it. `NAME.pixels` has the images, uint8 planes [3, height, width], each at a place that the sizes of all
 * images decide. `NAME.checks` has a number an image: 0 until its pixels are written, then their CRC-32 (or 1 where that
 * is 0). A number is written after its pixels, and pixels are compared with it whenever they are read: what was cut short
 * by a crash, a full disk or a power cut does not pass, and is decoded again. NAME is a hash of the files' names,
 * lengths and times of change and of the transforms: whatever changes, another cache is begun.
 */
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, statfsSync, statSync, utimesSync } from 'node:fs';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AlexnetError } from '../../errors.ts';
import { channels, type ImageSize } from '../image.ts';
import type { EncodedImages } from '../images/encodedImages.ts';
import { isImageStep, isRandom, stepOutputSize, type ImageStep, type TransformStep } from '../transforms.ts';

export interface CacheOptions {
  /** Folder of the caches; made when it is not there. */
  readonly dir: string;
  /** Most bytes that all caches in the folder take. */
  readonly limitBytes: number;
  /** Whether images are added. Default true. */
  readonly write?: boolean | undefined;
}

/** An open cache, as loader threads share it: plain data. */
export interface PixelCache {
  /** The transforms that have been done to its images. */
  readonly steps: readonly ImageStep[];
  readonly pixels: string;
  readonly checks: string;
  readonly write: boolean;
  /** First byte of each image; -1 of those that have no place. */
  readonly offsets: Float64Array<SharedArrayBuffer>;
  /** Height and width of each, [length, 2]. */
  readonly sizes: Uint32Array<SharedArrayBuffer>;
  /** As in the file. */
  readonly sums: Uint32Array<SharedArrayBuffer>;
}

/** Of the files: other decoders or another resize, and what was cached before is no more. */
const version = 1;

/** The first steps that all of these do alike and that do the same every time. */
export function commonSteps(views: readonly (readonly TransformStep[])[]): readonly ImageStep[] {
  const [first = [], ...others] = views;
  const steps: ImageStep[] = [];
  for (const [i, step] of first.entries()) {
    const same = JSON.stringify(step);
    if (!isImageStep(step) || isRandom(step) || others.some((view) => JSON.stringify(view[i]) !== same))
      break;
    steps.push(step);
  }
  return steps;
}

/**
 * Opens the cache of these images after the first steps of these transforms. Undefined when there is nothing to gain
 * (no such steps; pixels that would take more than the image itself), or when the folder cannot be used.
 */
export function openPixelCache(
  images: EncodedImages,
  views: readonly (readonly TransformStep[])[],
  options: CacheOptions,
): PixelCache | undefined {
  const steps = commonSteps(views);
  if (steps.length === 0) return undefined;
  const key = JSON.stringify([version, images.version, steps]);
  const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
  const [pixels, checks] = [join(options.dir, `${name}.pixels`), join(options.dir, `${name}.checks`)];
  try {
    if (options.write !== false) mkdirSync(options.dir, { recursive: true });
    const room = makeRoom(options, name);
    const { offsets, sizes, bytes } = place(images, steps, room);
    if (bytes === 0) return undefined;
    const sums = readSums(checks, offsets.length);
    const write = options.write ?? true;
    const isNew = sums.every((sum) => sum === 0);
    if (isNew && !write) return undefined;
    if (write) for (const path of [pixels, checks]) closeSync(openSync(path, 'a'));
    return { steps, pixels, checks, write, offsets, sizes, sums };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    return undefined;
  }
}

/** Gives images places in their order, as long as there is room. */
function place(images: EncodedImages, steps: readonly ImageStep[], room: number) {
  const length = images.bytes.length;
  const offsets = new Float64Array(new SharedArrayBuffer(8 * length)).fill(-1);
  const sizes = new Uint32Array(new SharedArrayBuffer(8 * length));
  let bytes = 0;
  for (let i = 0; i < length; i++) {
    const before = { height: images.sizes[2 * i]!, width: images.sizes[2 * i + 1]! };
    const after = sizeAfter(before, steps);
    const own = after === undefined ? 0 : channels * after.height * after.width;
    // An image that is much smaller than its pixels will be is decoded in no time.
    const pays = own > 0 && own <= 2 * channels * before.height * before.width;
    if (!pays || bytes + own > room) continue;
    offsets[i] = bytes;
    sizes.set([after!.height, after!.width], 2 * i);
    bytes += own;
  }
  return { offsets, sizes, bytes };
}

/** Undefined when a step cannot take it. */
function sizeAfter(size: ImageSize, steps: readonly ImageStep[]): ImageSize | undefined {
  try {
    return steps.reduce((current, step) => stepOutputSize(step, current), size);
  } catch (error) {
    if (error instanceof AlexnetError) return undefined;
    throw error;
  }
}

function readSums(path: string, length: number): Uint32Array<SharedArrayBuffer> {
  const sums = new Uint32Array(new SharedArrayBuffer(4 * length));
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return sums;
  }
  try {
    const bytes = Buffer.from(sums.buffer);
    for (let at = 0; at < bytes.length;) {
      const got = readSync(file, bytes, at, bytes.length - at, at);
      if (got === 0) break;
      at += got;
    }
  } finally {
    closeSync(file);
  }
  return sums;
}

/** Share of the free disk that a cache may take. */
const mostOfDisk = 0.5;

/** Removes the caches that were used longest ago until half of what is allowed is free; returns the room for this one. */
function makeRoom({ dir, limitBytes, write = true }: CacheOptions, name: string): number {
  if (!write) return limitBytes;
  touch(join(dir, `${name}.checks`));
  const others = cachesIn(dir).filter((cache) => cache.name !== name);
  let taken = others.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const oldest of others.toSorted((a, b) => a.used - b.used)) {
    if (taken <= limitBytes / 2) break;
    for (const end of ['checks', 'pixels']) rmSync(join(dir, `${oldest.name}.${end}`), { force: true });
    taken -= oldest.bytes;
  }
  const { bavail, bsize } = statfsSync(dir);
  const own = cachesIn(dir).find((cache) => cache.name === name)?.bytes ?? 0;
  return Math.min(limitBytes - taken, own + mostOfDisk * bavail * bsize);
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // It is new.
  }
}

function cachesIn(dir: string): { name: string; bytes: number; used: number }[] {
  return readdirSync(dir)
    .filter((file) => /^[0-9a-f]{32}\.checks$/.test(file))
    .map((file) => {
      const name = file.slice(0, 32);
      const pixels = statSync(join(dir, `${name}.pixels`), { throwIfNoEntry: false });
      const used = statSync(join(dir, file)).mtimeMs;
      // What is taken of the disk: places that were never written take nothing.
      return { name, bytes: pixels === undefined ? 0 : pixels.blocks * 512, used };
    });
}
