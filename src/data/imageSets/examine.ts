/** Looks at the headers and the ends of images: what can be told without decoding a pixel of those that are whole. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { AlexnetError, alexnetError, problemOf } from '../../errors.ts';
import type { ImageSize } from '../image.ts';
import { decodeImage, imageSize } from '../images/decodeImage.ts';
import { endBytes, endsWhole } from '../images/format.ts';
import type { ImageListing, ListedImage } from './listing.ts';

export interface ExaminedImage {
  readonly listed: ListedImage;
  readonly size: ImageSize;
  readonly bytes: number;
  /** When the file was last changed, in milliseconds. */
  readonly changed: number;
}

export interface Examination {
  readonly good: readonly ExaminedImage[];
  /** What is wrong with the others: a line for each, with its path. */
  readonly problems: readonly string[];
}

/** Bytes that are read of each file at first; headers with large colour profiles need another reading. */
const firstBytes = 4096;
/** Longest image that is read: an encoded image of the most pixels is no longer. */
const mostBytes = 512 << 20;
/** Images looked at before other work, such as Ctrl-C, gets a turn. */
const imagesInTurn = 64;

/** Looks at every image, in order. `onProgress` is told how many are done, and of how many. */
export async function examineImages(
  { root, shards = [] }: ImageListing,
  images: readonly ListedImage[],
  onProgress?: (done: number, total: number) => void,
): Promise<Examination> {
  const good: ExaminedImage[] = [];
  const problems: string[] = [];
  const memory = Buffer.alloc(firstBytes);
  for (const [i, listed] of images.entries()) {
    const { name, place } = listed;
    const path = join(root, place === undefined ? name : shards[place.shard]!);
    const shown = place === undefined ? path : `${name} in ${path}`;
    try {
      good.push({ listed, ...(await examine(path, shown, place, memory)) });
    } catch (error) {
      if (!(error instanceof AlexnetError)) throw error;
      problems.push(problemOf(error));
    }
    if (i % imagesInTurn === imagesInTurn - 1 || i === images.length - 1) {
      onProgress?.(i + 1, images.length);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { good, problems };
}

async function examine(
  path: string,
  name: string,
  place: ListedImage['place'],
  memory: Buffer,
): Promise<Omit<ExaminedImage, 'listed'>> {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const stats = fstatSync(file);
    if (stats.isDirectory()) throw alexnetError('ALEX_IMAGE_READ', { name, problem: 'it is a folder' });
    const { offset, bytes } = place ?? { offset: 0, bytes: stats.size };
    const size = sizeOf(file, name, { offset, bytes }, memory);
    await checkEnd(file, name, { offset, bytes }, memory);
    return { size, bytes, changed: stats.mtimeMs };
  } catch (error) {
    if (error instanceof AlexnetError) throw error;
    const problem = error instanceof Error ? error.message : String(error);
    throw alexnetError('ALEX_IMAGE_READ', { name, problem }, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

interface Run {
  readonly offset: number;
  readonly bytes: number;
}

/** A file that ends otherwise than it should is decoded: most broken ones were cut short on their way. */
async function checkEnd(file: number, name: string, { offset, bytes }: Run, memory: Buffer): Promise<void> {
  const start = Buffer.alloc(Math.min(bytes, 12));
  memory.copy(start);
  const end = Buffer.alloc(Math.min(bytes, endBytes));
  readSync(file, end, 0, end.length, offset + bytes - end.length);
  if (start.length === 12 && endsWhole(start, end, bytes)) return;
  const whole = Buffer.alloc(bytes);
  readSync(file, whole, 0, bytes, offset);
  await decodeImage(whole, name);
}

function sizeOf(file: number, name: string, { offset, bytes }: Run, memory: Buffer): ImageSize {
  if (bytes > mostBytes) throw alexnetError('ALEX_IMAGE_READ', { name, problem: `it has ${bytes} bytes` });
  for (let wanted = firstBytes; ; wanted *= 16) {
    const length = Math.min(wanted, bytes);
    const target = length <= memory.length ? memory : Buffer.alloc(length);
    const got = readSync(file, target, 0, length, offset);
    const size = imageSize(target.subarray(0, got), name, length === bytes || got < length);
    if (size !== undefined) return size;
  }
}
