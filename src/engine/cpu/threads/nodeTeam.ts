import { Worker } from 'node:worker_threads';
import { createTeam, type StartedThread, type Team, type ThreadWatch } from './team.ts';
import type { ThreadData, ThreadWork } from './threadLoop.ts';

/** Node runs the sources themselves in a clone, and the built files in a package. */
const workerUrl = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** A team of Node.js's worker threads. */
export function nodeTeam(work: ThreadWork, words: Int32Array): Team {
  return createTeam(work.threads, words, (thread, watch) => startWorker({ ...work, thread }, watch));
}

function startWorker(data: ThreadData, { failed, ended }: ThreadWatch): StartedThread {
  // Without the process's own arguments: --input-type, as in node --eval, would keep a worker from starting.
  const worker = new Worker(workerUrl, { workerData: data, execArgv: [] });
  worker.on('error', (error) => failed(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', ended);
  return {
    hold(alive) {
      if (alive) worker.ref();
      else worker.unref();
    },
    async end() {
      await worker.terminate();
    },
  };
}
