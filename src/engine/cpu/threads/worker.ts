/** One thread of the engine: waits for a command, runs its part of every operation in it, and waits again. */
import { workerData } from 'node:worker_threads';
import { runOperation, type Operation } from '../plan/operations.ts';
import { instantiate, type CompiledKernels } from './instance.ts';
import { readCommand, type Context } from './context.ts';
import { barrier, controlWords, phaseOrder, phases, type Phase } from './control.ts';

export interface ThreadData {
  readonly compiled: CompiledKernels;
  readonly memory: WebAssembly.Memory;
  readonly thread: number;
  readonly threads: number;
  readonly operations: Readonly<Record<Phase, readonly Operation[]>>;
  /** In shared memory: where the first thread writes how long each operation took. */
  readonly milliseconds?: Readonly<Record<Phase, Float64Array>>;
}

/** An operation has ended when it has on all threads. */
function runAll(operations: readonly Operation[], context: Context): void {
  for (const operation of operations) {
    runOperation(operation, context);
    barrier(context.words, context.threads);
  }
}

function runTimed(operations: readonly Operation[], context: Context, milliseconds: Float64Array): void {
  operations.forEach((operation, index) => {
    const start = performance.now();
    runAll([operation], context);
    milliseconds[index] = performance.now() - start;
  });
}

function serve({ compiled, memory, thread, threads, operations, milliseconds }: ThreadData): void {
  const { kernels, floats, words } = instantiate(compiled, memory);
  for (let command = 0; ; command++) {
    while (Atomics.load(words, controlWords.command) === command)
      Atomics.wait(words, controlWords.command, command);
    const context = { kernels, floats, words, thread, threads, command: readCommand(words) };
    for (const phase of phaseOrder) {
      if ((words[controlWords.phases] & phases[phase]) === 0) continue;
      if (milliseconds && thread === 0) runTimed(operations[phase], context, milliseconds[phase]);
      else runAll(operations[phase], context);
    }
    barrier(words, threads);
    if (thread === 0) {
      Atomics.add(words, controlWords.done, 1);
      Atomics.notify(words, controlWords.done);
    }
  }
}

serve(workerData as ThreadData);
