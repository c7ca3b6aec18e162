import { instanceOf, instantiateModule, type CompiledKernels, type Instance } from '../threads/instance.ts';
import { createKernelCaller } from './kernelCaller.ts';
import { loadKoffi } from './koffi.ts';

/** Kernels of either kind for the calling thread. The memory is the one that they were compiled for. */
export function instantiate(compiled: CompiledKernels, memory: WebAssembly.Memory): Instance {
  if (compiled.kind === 'wasm') return instantiateModule(compiled.module, memory);
  const kernelAt = createKernelCaller(loadKoffi());
  const kernels = Object.fromEntries(
    [...compiled.entries].map(([name, address]) => [name, kernelAt(address)]),
  );
  return instanceOf(kernels, memory);
}
