/** Digests of images' pixels, by which the same picture is found again, and what is wrong with those that have none. */
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AlexnetError, alexnetError, problemOf } from '../../errors.ts';
import { channels, type ImageView } from '../image.ts';
import { decodeImage } from '../images/decodeImage.ts';
import type { EncodedImages } from '../images/encodedImages.ts';
import { encodedReader, imageName } from '../images/readEncoded.ts';

/** Of one image: a digest, or what is wrong with it. */
export type Digest = { readonly digest: string } | { readonly problem: string };

/** Images that a thread is given at once. */
const imagesInTurn = 64;

/** From, and up to but not with. */
export type Range = readonly [from: number, to: number];

/** What a thread answers. */
export type DigestAnswer = { readonly digests: readonly Digest[] } | { readonly failure: string };

/** The same for the same size and the same pixels, however they lie in memory. */
export function pixelDigest(image: ImageView): string {
  const { data, offset, height, width, strides } = image;
  const row = new Uint8Array(width * channels);
  const hash = createHash('sha1').update(`${height} ${width} `);
  for (let y = 0; y < height; y++) {
    for (let c = 0; c < channels; c++) {
      let from = offset + y * strides.row + c * strides.channel;
      for (let x = 0; x < width; x++, from += strides.column) row[c * width + x] = data[from]!;
    }
    hash.update(row);
  }
  return hash.digest('base64');
}

/** Makes the function that decodes a range of images, one after the other. */
export function digester(images: EncodedImages): (range: Range) => Promise<Digest[]> {
  const reader = encodedReader(images);
  return async ([from, to]) => {
    const digests: Digest[] = [];
    for (let index = from; index < to; index++) {
      try {
        const image = await decodeImage(reader.read(index), imageName(images, index));
        digests.push({ digest: pixelDigest(image) });
      } catch (error) {
        if (!(error instanceof AlexnetError)) throw error;
        digests.push({ problem: problemOf(error) });
      }
    }
    return digests;
  };
}

const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './digestWorker.ts' : './digestWorker.js',
  import.meta.url,
);

/** Decodes all images, on as many threads as the processor runs. Throws ALEX_DATA_LOADER. */
export async function digestImages(
  images: EncodedImages,
  onProgress?: (done: number, total: number) => void,
): Promise<Digest[]> {
  const total = images.bytes.length;
  const digests = new Array<Digest>(total);
  let next = 0;
  let done = 0;
  async function work(): Promise<void> {
    const thread = startThread(images);
    try {
      while (next < total) {
        const from = next;
        next = Math.min(total, from + imagesInTurn);
        const answered = await thread.ask([from, next]);
        answered.forEach((digest, i) => (digests[from + i] = digest));
        done += answered.length;
        onProgress?.(done, total);
      }
    } finally {
      await thread.close();
    }
  }
  const threads = Math.min(availableParallelism(), Math.ceil(total / imagesInTurn));
  await Promise.all(Array.from({ length: threads }, work));
  return digests;
}

function startThread(images: EncodedImages) {
  const worker = new Worker(workerUrl, { workerData: images, name: 'alexnet-digest', execArgv: [] });
  return {
    ask: (range: Range) =>
      new Promise<readonly Digest[]>((resolve, reject) => {
        const fail = (reason: string): void => reject(alexnetError('ALEX_DATA_LOADER', { reason }));
        worker.removeAllListeners();
        worker.once('message', (answer: DigestAnswer) => {
          if ('digests' in answer) resolve(answer.digests);
          else fail(answer.failure);
        });
        worker.once('error', (error) => fail(String(error)));
        worker.once('exit', (code) => fail(`it ended with code ${code}`));
        worker.postMessage(range);
      }),
    async close() {
      worker.removeAllListeners();
      await worker.terminate();
    },
  };
}
