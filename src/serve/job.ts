/** Work that takes seconds: what the doctor finds, and reports. It has a thread of its own, so that the server goes on answering. */
import { Worker } from 'node:worker_threads';
import { alexnetError } from '../errors.ts';
import type { Language } from '../language.ts';
import type { Diagnosed, JobMessage } from './protocol.ts';

export type Job =
  | { readonly kind: 'doctor'; readonly folder: string; readonly language: Language }
  | { readonly kind: 'report'; readonly folder: string; readonly language: Language; readonly out: string };

/** What a job gives; a report's is its file. */
export type JobResult = Diagnosed | { readonly bytes: number };

/** Source files run as they are, built ones beside each other under their other extension. */
const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './jobWorker.ts' : './jobWorker.js',
  import.meta.url,
);

export interface Jobs {
  /**
   * Does a job when those before it are done; tells of its progress, and resolves to what it gives. Aborted, it ends at
   * once. Throws the signal's reason, and what the job throws as ALEX_SERVE_JOB.
   */
  run(job: Job, signal: AbortSignal, tell: (message: JobMessage<never>) => void): Promise<JobResult>;
}

export function createJobs(): Jobs {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    async run(job, signal, tell) {
      const queued = waiting > 0;
      if (queued) tell({ type: 'queued' });
      waiting++;
      const mine = last.then(() => {
        if (queued) tell({ type: 'begun' });
        return runInThread(job, signal, tell);
      });
      last = mine.catch(() => {}).finally(() => waiting--);
      return mine;
    },
  };
}

async function runInThread(
  job: Job,
  signal: AbortSignal,
  tell: (message: JobMessage<never>) => void,
): Promise<JobResult> {
  signal.throwIfAborted();
  const worker = new Worker(workerUrl, { workerData: job, name: 'alexnet-job', execArgv: [] });
  const { promise, resolve, reject } = Promise.withResolvers<JobResult>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort);
  const failed = (problem: string): void => reject(alexnetError('ALEX_SERVE_JOB', { problem }));
  worker.on('message', (message: JobMessage<JobResult>) => {
    if (message.type === 'done') resolve(message.result);
    else if (message.type === 'failed')
      reject(Object.assign(new Error(message.error.message), message.error));
    else tell(message);
  });
  worker.on('error', (error) => failed(error instanceof Error ? error.message : String(error)));
  worker.on('exit', (code) => failed(`its thread ended with code ${code}`));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
    await worker.terminate();
  }
}
