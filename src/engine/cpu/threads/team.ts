/** The engine's threads, from the side that commands them. */
import { Worker } from 'node:worker_threads';
import { alexnetError } from '../../../errors.ts';
import { controlWords } from './control.ts';
import type { ThreadData } from './worker.ts';

export interface Team {
  /**
   * Runs the phases (a sum of `phases`) that the control words describe, one call at a time. Rejects when a thread
   * throws or ends; the others then wait for it in vain, and closing is all that is left.
   */
  run(phases: number): Promise<void>;
  /** Whether a call of `run` is under way. */
  running(): boolean;
  close(): Promise<void>;
}

/** Node runs the sources themselves in a clone, and the built files in a package. */
const workerUrl = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

export function createTeam(data: Omit<ThreadData, 'thread'>, words: Int32Array): Team {
  let running = false;
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    // Wakes `run`, if it waits.
    Atomics.notify(words, controlWords.done);
  };
  const ended = (): void =>
    fail(alexnetError('ALEX_PROGRAM_STATE', { call: 'this call', needs: 'all threads of the engine' }));
  const workers = Array.from({ length: data.threads }, (_, thread) => {
    // Without the process's own arguments: --input-type, as in node --eval, would keep a worker from starting.
    const worker = new Worker(workerUrl, {
      workerData: { ...data, thread } satisfies ThreadData,
      execArgv: [],
    });
    worker.on('error', fail);
    worker.on('exit', ended);
    return worker;
  });
  // Between commands the threads only wait: they should not keep a finished program alive.
  for (const worker of workers) worker.unref();

  async function run(phasesToRun: number): Promise<void> {
    running = true;
    const done = Atomics.load(words, controlWords.done);
    words[controlWords.phases] = phasesToRun;
    for (const worker of workers) worker.ref();
    Atomics.add(words, controlWords.command, 1);
    Atomics.notify(words, controlWords.command);
    try {
      while (Atomics.load(words, controlWords.done) === done) {
        if (failure) throw failure;
        await Atomics.waitAsync(words, controlWords.done, done).value;
      }
    } finally {
      running = false;
      for (const worker of workers) worker.unref();
    }
  }

  return {
    run,
    running: () => running,
    async close() {
      // Else the process may end before the threads have.
      for (const worker of workers) worker.ref();
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
