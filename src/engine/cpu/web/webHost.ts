/** The engine's surroundings in a browser: WebAssembly with vectors of 128 bits, in Web Workers where memory can be shared. */
import { assembleModule } from '../assembler/wasm.ts';
import type { Host } from '../host.ts';
import { inlineTeam } from '../threads/inlineTeam.ts';
import { instantiateModule, type CompiledKernels, type Instance } from '../threads/instance.ts';
import { createTeam, type StartedThread, type ThreadWatch } from '../threads/team.ts';
import type { ThreadData } from '../threads/threadLoop.ts';

export interface WebHostOptions {
  /** Whether there are threads that share memory; else all is done on the calling one. */
  readonly shared: boolean;
  readonly relaxed: boolean;
  readonly startThread: StartThread;
}

/** Starts a worker, whose first message will be the ThreadData of a thread. */
export type StartThread = (name: string) => Worker;

export function webHost({ shared, relaxed, startThread }: WebHostOptions): Host {
  return {
    compileKernels(sources) {
      const module = new WebAssembly.Module(assembleModule(sources, { lanes: 4, relaxed, shared }));
      return { compiled: { kind: 'wasm', module }, release() {} };
    },
    instantiate,
    startTeam(work, words) {
      if (!shared) return inlineTeam(work, instantiate(work.compiled, work.memory));
      return createTeam(work.threads, words, (thread, watch) =>
        giveWork(startThread(`alexnet-engine-${thread}`), { ...work, thread }, watch),
      );
    },
    // A browser does not say how much there is.
    memoryLimit: () => Infinity,
    allocate: (pages) => new WebAssembly.Memory({ initial: pages, maximum: pages, shared }),
  };
}

function instantiate(compiled: CompiledKernels, memory: WebAssembly.Memory): Instance {
  if (compiled.kind !== 'wasm') throw new TypeError(`no ${compiled.kind} in a browser`);
  return instantiateModule(compiled.module, memory);
}

function giveWork(worker: Worker, data: ThreadData, { failed }: ThreadWatch): StartedThread {
  worker.addEventListener('error', ({ message }) =>
    failed(new Error(message || 'a thread could not be started')),
  );
  worker.postMessage(data);
  return {
    // A worker lives as long as its page.
    hold() {},
    async end() {
      worker.terminate();
    },
  };
}
