/** Compiled kernels as functions, and views of the engine's memory, for one thread. */
import { createKernelCaller } from '../native/kernelCaller.ts';
import { loadKoffi } from '../native/koffi.ts';
import type { Kernel } from './context.ts';

/** Code that threads share: a module, or the addresses of x86-64 functions in this process. */
export type CompiledKernels =
  | { readonly kind: 'wasm'; readonly module: WebAssembly.Module }
  | { readonly kind: 'x64'; readonly entries: ReadonlyMap<string, bigint> };

export interface Instance {
  readonly kernels: Readonly<Record<string, Kernel>>;
  readonly floats: Float32Array;
  readonly words: Int32Array;
}

/** The memory is the one that the kernels were compiled for. */
export function instantiate(compiled: CompiledKernels, memory: WebAssembly.Memory): Instance {
  return {
    kernels: compiled.kind === 'wasm' ? wasmKernels(compiled.module, memory) : x64Kernels(compiled.entries),
    floats: new Float32Array(memory.buffer),
    words: new Int32Array(memory.buffer),
  };
}

function wasmKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Instance['kernels'] {
  // Every export of these modules is a function of integers (assembler/wasmModule.ts).
  return new WebAssembly.Instance(module, { engine: { memory } }).exports as Record<string, Kernel>;
}

function x64Kernels(entries: ReadonlyMap<string, bigint>): Instance['kernels'] {
  const kernelAt = createKernelCaller(loadKoffi());
  return Object.fromEntries([...entries].map(([name, address]) => [name, kernelAt(address)]));
}
