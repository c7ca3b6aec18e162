/**
 * Huge pages: a training goes over hundreds of megabytes in every step, and 2 MiB at a time need far fewer entries of the
 * processor's translation buffers than 4 KiB. Linux gives them where its setting is `always`, or `madvise` and the
 * process asks, which is what this does: see transparent_hugepage in the kernel's administration guide.
 */
import { readFileSync } from 'node:fs';
import { loadKoffi } from './koffi.ts';

const settings = ['always', 'madvise', 'never'] as const;
export type HugePageSetting = (typeof settings)[number];

/** What Linux is set to give; undefined elsewhere. The file marks one of its words: `always [madvise] never`. */
export function hugePageSetting(
  file = '/sys/kernel/mm/transparent_hugepage/enabled',
): HugePageSetting | undefined {
  try {
    const marked = /\[(\w+)\]/.exec(readFileSync(file, 'utf8'))?.[1];
    return settings.find((setting) => setting === marked);
  } catch {
    return undefined;
  }
}

const madviseHugePage = 14;

/** Asks for them, before the memory is first written to. Returns whether the system took note; without them, all works. */
export function askForHugePages({ buffer }: WebAssembly.Memory): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const koffi = loadKoffi();
    const madvise = koffi.load(null).func('madvise', 'int', ['void *', 'size_t', 'int']);
    return madvise(koffi.address(buffer), buffer.byteLength, madviseHugePage) === 0;
  } catch {
    return false;
  }
}
