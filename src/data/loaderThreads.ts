/** Threads that fill batches ahead of the engine. */
import { Worker } from 'node:worker_threads';
import { alexnetError } from '../errors.ts';
import type { Fillers } from './batches.ts';
import type { ImageSource } from './imageSource.ts';
import type { BadPlace, Fill, FillSource } from './loaderFill.ts';

/** What is sent to a thread; everything large in it is shared memory. */
export interface ThreadSource extends Omit<FillSource, 'images'> {
  readonly source: ImageSource;
}

/** What a thread says when a fill is done, or has failed as a whole. */
export type FillAnswer = { readonly bad: readonly BadPlace[] } | { readonly problem: string };

interface Thread {
  send(fill: Fill): Promise<readonly BadPlace[]>;
  close(): Promise<void>;
}

/** Source files run as they are, built ones beside each other under their other extension. */
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './loaderWorker.ts' : './loaderWorker.js',
  import.meta.url,
);

function startThread(source: ThreadSource): Thread {
  const worker = new Worker(workerUrl, { workerData: source, name: 'alexnet-loader', execArgv: [] });
  /** Fills sent and not answered, in order. */
  const waiting: { resolve: (bad: readonly BadPlace[]) => void; reject: (error: Error) => void }[] = [];
  let failure: Error | undefined;

  function fail(reason: string, cause?: unknown): void {
    failure ??= alexnetError('ALEX_DATA_LOADER', { reason }, cause);
    for (const { reject } of waiting.splice(0)) reject(failure);
  }
  worker.on('message', (answer: FillAnswer) => {
    const fill = waiting.shift();
    // An idle thread keeps no process alive.
    if (waiting.length === 0 && failure === undefined) worker.unref();
    if ('bad' in answer) fill?.resolve(answer.bad);
    else fill?.reject(alexnetError('ALEX_DATA_LOADER', { reason: answer.problem }));
  });
  worker.on('error', (error) => fail(error instanceof Error ? error.message : String(error), error));
  worker.on('exit', (code) => fail(`it ended with code ${code}`));
  worker.unref();

  return {
    send(fill) {
      if (failure !== undefined) return Promise.reject(failure);
      const { promise, resolve, reject } = Promise.withResolvers<readonly BadPlace[]>();
      waiting.push({ resolve, reject });
      worker.ref();
      worker.postMessage(fill);
      return promise;
    },
    async close() {
      fail('the loader was closed');
      // Else the process may end before the thread has.
      worker.ref();
      await worker.terminate();
    },
  };
}

/** Fills by `count` threads, each a slice of the batch. */
export function threadFillers(source: ThreadSource, count: number): Fillers {
  const threads = Array.from({ length: count }, () => startThread(source));
  return {
    async fill(batch) {
      const { indices } = batch;
      const slice = Math.ceil(indices.length / count);
      const parts = threads.map((thread, i) => {
        const part = indices.slice(i * slice, (i + 1) * slice);
        return part.length > 0 ? thread.send({ ...batch, first: i * slice, indices: part }) : undefined;
      });
      // All of them, even when one fails: nobody may be writing when the slot is used again.
      const results = await Promise.allSettled(parts);
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return results.flatMap((result) => (result.status === 'fulfilled' ? (result.value ?? []) : []));
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}
