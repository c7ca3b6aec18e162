/** The work of one thread of the engine: its part of every operation of a command, and to wait for the next. */
import { runOperation, type Operation } from '../plan/operations.ts';
import { readCommand, type Context } from './context.ts';
import { barrier, controlWords, phaseOrder, phases, type Phase } from './control.ts';
import type { CompiledKernels, Instance } from './instance.ts';

/** What the threads of a program have to do. */
export interface ThreadWork {
  readonly compiled: CompiledKernels;
  readonly memory: WebAssembly.Memory;
  readonly threads: number;
  readonly operations: Readonly<Record<Phase, readonly Operation[]>>;
  /** In shared memory: where the first thread writes how long each operation took. */
  readonly milliseconds?: Readonly<Record<Phase, Float64Array>> | undefined;
}

/** All that one thread has to know. */
export interface ThreadData extends ThreadWork {
  readonly thread: number;
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

/** Runs a thread's part of the phases that the control words ask for. */
export function runCommand(
  {
    thread,
    threads,
    operations,
    milliseconds,
  }: Pick<ThreadData, 'thread' | 'threads' | 'operations' | 'milliseconds'>,
  { kernels, floats, words }: Instance,
): void {
  const context = { kernels, floats, words, thread, threads, command: readCommand(words) };
  for (const phase of phaseOrder) {
    if ((words[controlWords.phases] & phases[phase]) === 0) continue;
    if (milliseconds && thread === 0) runTimed(operations[phase], context, milliseconds[phase]);
    else runAll(operations[phase], context);
  }
}

/** Waits for commands and runs them, until the thread is ended from outside. */
export function serveCommands(data: ThreadData, instance: Instance): never {
  const { words } = instance;
  for (let command = 0; ; command++) {
    while (Atomics.load(words, controlWords.command) === command)
      Atomics.wait(words, controlWords.command, command);
    runCommand(data, instance);
    barrier(words, data.threads);
    if (data.thread === 0) {
      Atomics.add(words, controlWords.done, 1);
      Atomics.notify(words, controlWords.done);
    }
  }
}
