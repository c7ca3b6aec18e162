import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { cifarArchive } from '../data/goldenImages.ts';

export interface CifarRecord {
  readonly label: number;
  /** Planes [3, 32, 32]. */
  readonly pixels: Uint8Array;
}

const recordBytes = 3073;
const blockBytes = 512;

/** The first records of test_batch.bin, straight from the archive. */
export async function readTestRecords(count: number): Promise<CifarRecord[]> {
  const bytes = await readMemberStart('test_batch.bin', count * recordBytes);
  return Array.from({ length: count }, (_, index) => {
    const record = bytes.subarray(index * recordBytes, (index + 1) * recordBytes);
    return { label: record[0]!, pixels: record.subarray(1) };
  });
}

/** The first bytes of a member of the tar archive, read as a stream: it unpacks to 180 MB. */
async function readMemberStart(name: string, length: number): Promise<Buffer> {
  const source = createReadStream(cifarArchive);
  const stream = source.pipe(createGunzip());
  let pending = Buffer.alloc(0);
  let toSkip = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        const skipped = Math.min(toSkip, pending.length);
        pending = pending.subarray(skipped);
        toSkip -= skipped;
        if (toSkip > 0 || pending.length < blockBytes) break;
        const isWanted = pending.toString('latin1', 0, 100).replace(/\0.*$/s, '').endsWith(name);
        if (isWanted && pending.length >= blockBytes + length) {
          return pending.subarray(blockBytes, blockBytes + length);
        }
        if (isWanted) break;
        const memberBytes = parseInt(pending.toString('latin1', 124, 136), 8) || 0;
        toSkip = blockBytes + Math.ceil(memberBytes / blockBytes) * blockBytes;
      }
    }
  } finally {
    source.destroy();
    stream.destroy();
  }
  throw new Error(`${cifarArchive} has no whole ${name}`);
}
