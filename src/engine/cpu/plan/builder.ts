/** What operators use while a network is being planned: memory, kernels, and the lists of operations. */
import type { KernelSource } from '../assembler/vector.ts';
import type { PackedParameter } from './parameters.ts';
import type { Operation } from './operations.ts';

const alignmentBytes = 64;

export interface Builder {
  readonly batchSize: number;
  readonly training: boolean;
  readonly threads: number;
  /** Reserves memory, zero at first, and returns its byte address, a multiple of 64. */
  allocate(bytes: number): number;
  /** Reserves memory for 32-bit words that `make` gives once the whole plan is known to fit. */
  constant(length: number, make: () => Int32Array): number;
  /** Registers a kernel (once by name) and returns its name. */
  kernel(source: KernelSource): string;
  /** The same for a kernel that only reading a fused layer's output needs: compiled when that happens. */
  spareKernel(source: KernelSource): string;
  /** 16 zeros. */
  readonly zeros: number;
  readonly update: Operation[];
  readonly repack: Operation[];
  readonly parameters: PackedParameter[];
}

export interface Constant {
  readonly address: number;
  readonly make: () => Int32Array;
}

export interface BuiltMemory {
  readonly bytes: number;
  readonly constants: readonly Constant[];
  readonly kernels: readonly KernelSource[];
  readonly spareKernels: readonly KernelSource[];
}

export interface BuilderOptions {
  readonly batchSize: number;
  readonly training: boolean;
  readonly threads: number;
  /** Where free memory begins. */
  readonly firstAddress: number;
}

/** A builder, and what it has reserved when planning is over. */
export function createBuilder(options: BuilderOptions): { builder: Builder; built: () => BuiltMemory } {
  const kernels = new Map<string, KernelSource>();
  const spareKernels = new Map<string, KernelSource>();
  const constants: Constant[] = [];
  let next = options.firstAddress;
  const allocate = (bytes: number): number => {
    const address = Math.ceil(next / alignmentBytes) * alignmentBytes;
    next = address + bytes;
    return address;
  };
  const builder: Builder = {
    ...options,
    allocate,
    constant(length, make) {
      const address = allocate(length * Int32Array.BYTES_PER_ELEMENT);
      constants.push({ address, make });
      return address;
    },
    kernel(source) {
      kernels.set(source.name, source);
      return source.name;
    },
    spareKernel(source) {
      spareKernels.set(source.name, source);
      return source.name;
    },
    zeros: allocate(alignmentBytes),
    update: [],
    repack: [],
    parameters: [],
  };
  return {
    builder,
    built: () => ({
      bytes: next,
      constants,
      kernels: [...kernels.values()],
      spareKernels: [...spareKernels.values()],
    }),
  };
}
