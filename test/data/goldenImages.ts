/** Where test images come from: hashed pixels as in the golden files, and CIFAR-10 when it is there. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The hash that the golden files were made with: `count` numbers in [0, 1) for tensor `t`. */
export function hashed(seed: number, t: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    let h = (seed + Math.imul(t, 0x632be5ab) + Math.imul(i, 0x9e3779b1)) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
    return (h >>> 8) / 2 ** 24;
  });
}

export function hashedPixels(seed: number, t: number, count: number): Uint8Array {
  return Uint8Array.from(hashed(seed, t, count), (u) => Math.floor(256 * u));
}

/** The CIFAR-10 archive that tests may use. */
export const cifarArchive =
  process.env['ALEXNET_CIFAR10'] ??
  fileURLToPath(new URL('../../../shared/data/cifar-10-binary.tar.gz', import.meta.url));

/** For node:test's `skip`: false, or why. */
export const cifarMissing = existsSync(cifarArchive)
  ? false
  : `no CIFAR-10 archive at ${cifarArchive} (set ALEXNET_CIFAR10)`;

/** A file that Pillow wrote: see golden/images.py. */
export function goldenFile(name: string): Buffer {
  const golden = JSON.parse(
    readFileSync(new URL('../golden/images.json', import.meta.url), 'utf8'),
  ) as readonly {
    readonly name: string;
    readonly file: string;
  }[];
  const found = golden.find((image) => image.name === name);
  if (found === undefined) throw new RangeError(`there is no golden image ${name}`);
  return Buffer.from(found.file, 'base64');
}
