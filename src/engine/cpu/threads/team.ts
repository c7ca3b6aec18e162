/** The engine's threads, from the side that commands them. */
import { Worker } from 'node:worker_threads';
import { controlWords } from './control.ts';
import type { ThreadData } from './worker.ts';

export interface Team {
  /** Runs the phases (a sum of `phases`) that the control words describe. */
  run(phases: number): Promise<void>;
  close(): Promise<void>;
}

/** Node runs the sources themselves in a clone, and the built files in a package. */
const workerUrl = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

export function createTeam(data: Omit<ThreadData, 'thread'>, words: Int32Array): Team {
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  const workers = Array.from({ length: data.threads }, (_, thread) => {
    const worker = new Worker(workerUrl, { workerData: { ...data, thread } satisfies ThreadData });
    worker.on('error', reject);
    return worker;
  });
  // Between commands the threads only wait: they should not keep a finished program alive.
  for (const worker of workers) worker.unref();

  async function run(phasesToRun: number): Promise<void> {
    const done = Atomics.load(words, controlWords.done);
    words[controlWords.phases] = phasesToRun;
    for (const worker of workers) worker.ref();
    Atomics.add(words, controlWords.command, 1);
    Atomics.notify(words, controlWords.command);
    try {
      while (Atomics.load(words, controlWords.done) === done) {
        const waiting = Atomics.waitAsync(words, controlWords.done, done);
        if (waiting.async) await Promise.race([waiting.value, failure]);
      }
    } finally {
      for (const worker of workers) worker.unref();
    }
  }

  return {
    run,
    async close() {
      // Else the process may end before the threads have.
      for (const worker of workers) worker.ref();
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
