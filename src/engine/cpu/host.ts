/** What the engine needs of the place that it runs in: Node.js (nodeHost.ts) or a browser (web/webHost.ts). */
import type { KernelSource } from './assembler/vector.ts';
import type { CpuTarget } from './targets/targets.ts';
import type { CompiledKernels, Instance } from './threads/instance.ts';
import type { Team } from './threads/team.ts';
import type { ThreadWork } from './threads/threadLoop.ts';

export interface OwnedKernels {
  readonly compiled: CompiledKernels;
  /** Lets go of the code. Nothing may run in it any more. */
  release(): void;
}

export interface Host {
  /** Turns kernels into code for a target. Throws where the target cannot be had here. */
  compileKernels(
    sources: readonly KernelSource[],
    target: CpuTarget,
    memory: WebAssembly.Memory,
  ): OwnedKernels;
  /** The kernels as functions for the calling thread. The memory is the one that they were compiled for. */
  instantiate(compiled: CompiledKernels, memory: WebAssembly.Memory): Instance;
  /** Starts the threads of a program; `words` are those of its memory. */
  startTeam(work: ThreadWork, words: Int32Array): Team;
  /** Bytes that a program's memory may have. */
  memoryLimit(): number;
  /** Memory of `pages` × 64 KiB, all zeros. Throws a RangeError where there is not so much. */
  allocate(pages: number, use: { readonly training: boolean }): WebAssembly.Memory;
}
