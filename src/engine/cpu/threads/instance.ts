/** Compiled kernels as functions, and views of the engine's memory, for one thread. */
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
export function instantiateModule(module: WebAssembly.Module, memory: WebAssembly.Memory): Instance {
  // Every export of these modules is a function of integers (assembler/wasmModule.ts).
  const { exports } = new WebAssembly.Instance(module, { engine: { memory } });
  return instanceOf(exports as Record<string, Kernel>, memory);
}

export function instanceOf(kernels: Instance['kernels'], { buffer }: WebAssembly.Memory): Instance {
  return { kernels, floats: new Float32Array(buffer), words: new Int32Array(buffer) };
}
