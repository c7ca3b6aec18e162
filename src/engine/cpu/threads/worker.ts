/** One thread of the engine: waits for a command, runs its part of every operation in it, and waits again. */
import { workerData } from 'node:worker_threads';
import { runOperation, type Operation } from '../plan/operations.ts';
import { instantiate } from './instance.ts';
import { readCommand } from './context.ts';
import { barrier, controlWords, phases } from './control.ts';

export interface ThreadData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly thread: number;
  readonly threads: number;
  readonly operations: Readonly<Record<keyof typeof phases, readonly Operation[]>>;
}

const order = ['repack', 'forward', 'backward', 'update'] as const;

function serve({ module, memory, thread, threads, operations }: ThreadData): void {
  const { kernels, floats, words } = instantiate(module, memory);
  for (let command = 0; ; command++) {
    while (Atomics.load(words, controlWords.command) === command)
      Atomics.wait(words, controlWords.command, command);
    const context = { kernels, floats, words, thread, threads, command: readCommand(words) };
    for (const phase of order) {
      if ((words[controlWords.phases] & phases[phase]) === 0) continue;
      for (const operation of operations[phase]) {
        runOperation(operation, context);
        barrier(words, threads);
      }
    }
    barrier(words, threads);
    if (thread === 0) {
      Atomics.add(words, controlWords.done, 1);
      Atomics.notify(words, controlWords.done);
    }
  }
}

serve(workerData as ThreadData);
