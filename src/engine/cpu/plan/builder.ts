/** What operators use while a network is being planned: memory, kernels, and the lists of operations. */
import type { KernelSource } from '../assembler/vector.ts';
import type { CompileOptions } from '../../engine.ts';
import type { UpdateGroup } from '../operators/update.ts';
import type { TileRows } from '../targets/targets.ts';
import type { PackedParameter } from './parameters.ts';
import type { Operation } from './operations.ts';

const alignmentBytes = 64;

export interface Builder extends TileRows {
  readonly batchSize: number;
  readonly training: boolean;
  readonly updates: PlannedUpdates;
  readonly threads: number;
  readonly convolutions: ConvolutionChoice;
  /** Reserves memory, zero at first, and returns its byte address, a multiple of 64. */
  allocate(bytes: number): number;
  /** Reserves memory for 32-bit words that `make` gives once the whole plan is known to fit. */
  constant(length: number, make: () => Int32Array): number;
  /** Registers a kernel (once by name) and returns its name. */
  kernel(source: KernelSource): string;
  /** The same for a kernel that only reading a fused layer's output needs: compiled when that happens. */
  spareKernel(source: KernelSource): string;
  /** Memory for one operation, or several that follow each other: all share it. A multiple of 64, as all addresses. */
  scratch(bytes: number): number;
  /** The same for each thread: the address of the first one's; the others' follow. */
  threadScratch(bytes: number): number;
  /** 16 zeros. */
  readonly zeros: number;
  /** What must run after weights change and before the next forward. */
  readonly prepare: Operation[];
  readonly update: Operation[];
  readonly repack: Operation[];
  /** Adds gradients up, at the end of backward. */
  readonly accumulate: Operation[];
  /** Moves averages, after the update. */
  readonly average: Operation[];
  readonly groups: UpdateGroup[];
  readonly parameters: PackedParameter[];
}

/** What is done with gradients. */
export type PlannedUpdates = Required<
  Pick<CompileOptions, 'optimizer' | 'parameters' | 'accumulates' | 'averages'>
>;

export function plannedUpdates({
  optimizer = 'sgd',
  parameters = {},
  accumulates = false,
  averages = false,
}: Partial<PlannedUpdates>): PlannedUpdates {
  return { optimizer, parameters, accumulates, averages };
}

export interface Constant {
  readonly address: number;
  readonly make: () => Int32Array;
}

export interface BuiltMemory {
  readonly bytes: number;
  /** What operations shared. */
  readonly scratch: ScratchBytes;
  readonly constants: readonly Constant[];
  readonly kernels: readonly KernelSource[];
  readonly spareKernels: readonly KernelSource[];
}

export interface BuilderOptions extends TileRows {
  readonly batchSize: number;
  readonly training: boolean;
  /** Default: plain SGD of all parameters. */
  readonly updates?: PlannedUpdates;
  readonly threads: number;
  /** Where free memory begins. */
  readonly firstAddress: number;
  readonly convolutions: ConvolutionChoice;
}

/** Which algorithm convolutions take: the faster by a model of their cost, or one of them wherever it can. */
export const convolutionChoices = ['auto', 'direct', 'winograd'] as const;
export type ConvolutionChoice = (typeof convolutionChoices)[number];

/** Bytes of the memory that operations share, for all threads and for each. */
export interface ScratchBytes {
  readonly shared: number;
  readonly thread: number;
}

/**
 * A builder, and what it has reserved when planning is over. How much scratch a plan needs is known only then: plan
 * once with none, and again with what that took.
 */
export function createBuilder(
  options: BuilderOptions,
  place: ScratchBytes,
): { builder: Builder; built: () => BuiltMemory } {
  const kernels = new Map<string, KernelSource>();
  const spareKernels = new Map<string, KernelSource>();
  const constants: Constant[] = [];
  let next = options.firstAddress;
  const allocate = (bytes: number): number => {
    const address = Math.ceil(next / alignmentBytes) * alignmentBytes;
    next = address + bytes;
    return address;
  };
  let scratch: ScratchBytes = { shared: 0, thread: 0 };
  const sharedScratch = allocate(place.shared);
  const threadScratch = allocate(place.thread * options.threads);
  const builder: Builder = {
    ...options,
    updates: options.updates ?? plannedUpdates({}),
    allocate,
    scratch(bytes) {
      scratch = { ...scratch, shared: Math.max(scratch.shared, bytes) };
      return sharedScratch;
    },
    threadScratch(bytes) {
      scratch = { ...scratch, thread: Math.max(scratch.thread, bytes) };
      return threadScratch;
    },
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
    prepare: [],
    update: [],
    repack: [],
    accumulate: [],
    average: [],
    groups: [],
    parameters: [],
  };
  return {
    builder,
    built: () => ({
      bytes: next,
      scratch,
      constants,
      kernels: [...kernels.values()],
      spareKernels: [...spareKernels.values()],
    }),
  };
}

/** Reserves memory for these values and returns its byte address. */
export function floatConstants(builder: Pick<Builder, 'constant'>, values: Float32Array): number {
  return builder.constant(
    values.length,
    () => new Int32Array(values.buffer, values.byteOffset, values.length),
  );
}
