/** A module's kernels and views of the engine's memory, for one thread. */
import type { Kernel } from './context.ts';

export interface Instance {
  readonly kernels: Readonly<Record<string, Kernel>>;
  readonly floats: Float32Array;
  readonly words: Int32Array;
}

export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Instance {
  const { exports } = new WebAssembly.Instance(module, { engine: { memory } });
  return {
    // Every export of these modules is a function of integers (assembler/wasmModule.ts).
    kernels: exports as Record<string, Kernel>,
    floats: new Float32Array(memory.buffer),
    words: new Int32Array(memory.buffer),
  };
}
