/** What an operation does on a thread: which kernels it calls, without a memory and without the thread. */
import { runOperation, type Operation } from '../plan/operations.ts';
import type { Command, Kernel } from '../threads/context.ts';
import type { CallCost } from './kernelCost.ts';

export interface ThreadWork {
  readonly calls: number;
  /** Of all of them, without the calling. */
  readonly nanoseconds: number;
}

/** Where operations may read and write: enough for the control words. Beyond its end nothing is read or written. */
const controlFloats = 256;

/** The work of one thread of `threads`. */
export function threadWork(
  operation: Operation,
  costs: ReadonlyMap<string, CallCost>,
  command: Command,
  thread: number,
  threads: number,
): ThreadWork {
  let [calls, nanoseconds] = [0, 0];
  const kernels = new Proxy<Record<string, Kernel>>(
    {},
    {
      get: (_, name: string): Kernel => {
        const costOf = costs.get(name);
        if (!costOf) throw new TypeError(`there is no kernel ${name}`);
        return (...parameters) => {
          calls++;
          nanoseconds += costOf(parameters);
        };
      },
    },
  );
  const floats = new Float32Array(controlFloats);
  const words = new Int32Array(floats.buffer);
  runOperation(operation, { floats, words, kernels, thread, threads, command });
  return { calls, nanoseconds };
}
