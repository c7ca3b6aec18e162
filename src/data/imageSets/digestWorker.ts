/** A thread that decodes ranges of images and answers with their digests. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EncodedImages } from '../images/encodedImages.ts';
import { digester, type DigestAnswer, type Range } from './digests.ts';

const port = parentPort!;
const digest = digester(workerData as EncodedImages);

port.on('message', (range: Range) => {
  digest(range).then(
    (digests) => port.postMessage({ digests } satisfies DigestAnswer),
    (error: unknown) => port.postMessage({ failure: String(error) } satisfies DigestAnswer),
  );
});
