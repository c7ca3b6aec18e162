/**
 * The contract that every engine keeps. An engine compiles a network for a batch size into a program;
 * the program owns all memory and runs forward, backward and update. Tensors cross this border in PyTorch's
 * names and layouts ([O, I, H, W] weights, [N, C, H, W] activations), whatever the engine uses inside.
 * One suite in test/engine runs the same cases over every engine.
 */
import type { NetworkSpec } from '../network/spec.ts';

/** Where the loader writes a normalised batch: a strided view on the engine's own memory, in elements. */
export interface ImageBuffer {
  /** Backed by shared memory in engines with threads, so that loader threads may write it in place. */
  readonly data: Float32Array;
  /** Index in `data` of image 0, channel 0, row 0, column 0. */
  readonly offset: number;
  readonly strides: {
    readonly image: number;
    readonly channel: number;
    readonly row: number;
    readonly column: number;
  };
  /** [N, C, H, W] */
  readonly shape: readonly [number, number, number, number];
}

/** SGD as torch.optim.SGD defines it: g += weightDecay * w; v = momentum * v + g; w -= learningRate * v. */
export interface SgdOptions {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

export interface CompileOptions {
  /** Most images in one call. */
  readonly batchSize: number;
  /** False leaves out gradients, momentum and what backward needs. */
  readonly training: boolean;
  /** Input buffers, so that a loader can fill one while another is used. Default 1. */
  readonly inputSlots?: number;
}

export interface ForwardOptions {
  /** Which input buffer holds the batch. Default 0. */
  readonly slot?: number;
  /** Images in it; the rest of the buffer is ignored. Default batchSize. */
  readonly count?: number;
  /**
   * Given in training mode, as after PyTorch's model.train(): dropout is on, and batch normalisation takes the batch's own
   * statistics. Dropout masks depend on this pair and the position alone (src/random).
   */
  readonly training?: TrainingMode;
}

/** Seed of the run and number of the step, from 0. */
export interface TrainingMode {
  readonly seed: number;
  readonly step: number;
}

export interface StepOptions extends ForwardOptions {
  /** One class index an image, as long as `count`. */
  readonly labels: ArrayLike<number>;
  readonly sgd: SgdOptions;
}

export interface Loss {
  /** Mean cross-entropy of the batch, in nats. */
  readonly loss: number;
}

export interface Program {
  readonly network: NetworkSpec;
  readonly batchSize: number;
  readonly training: boolean;
  readonly inputs: readonly ImageBuffer[];
  /** Bytes of the engine's memory: parameters, activations, gradients, scratch. */
  readonly memoryBytes: number;

  /** Runs the network; returns a copy of the logits, [count, classes]. */
  forward(options?: ForwardOptions): Promise<Float32Array>;
  /** Mean cross-entropy of the last forward and the gradients of all parameters; `gradient` reads them. */
  backward(labels: ArrayLike<number>): Promise<Loss>;
  /**
   * One SGD update with the gradients of the last `backward`. Another forward forgets them: an engine may compute
   * some only now, from the activations. Throws ALEX_PROGRAM_STATE then.
   */
  update(sgd: SgdOptions): Promise<void>;
  /** forward, backward and update, fused where the engine can: the same values as the three, to rounding. */
  step(options: StepOptions): Promise<Loss>;

  /** A copy of a parameter, in PyTorch's layout. Throws ALEX_TENSOR_UNKNOWN. */
  readParameter(name: string): Float32Array;
  /** Throws ALEX_TENSOR_UNKNOWN, ALEX_TENSOR_SHAPE. */
  writeParameter(name: string, values: ArrayLike<number>): void;
  /**
   * SGD's momentum buffer of a parameter, in the parameter's layout; zeros before the first update. Like gradients, only
   * parameters that are learnt have one: not statistics (../network/shapes.ts). Throws ALEX_TENSOR_UNKNOWN.
   */
  readMomentum(name: string): Float32Array;
  writeMomentum(name: string, values: ArrayLike<number>): void;
  /** The output of a layer in the last forward, [count, C, H, W] or [count, F]. */
  readActivation(layer: string): Float32Array;
  /** The gradient of a parameter from the last `backward`. */
  readGradient(name: string): Float32Array;

  /** Ends threads and lets go of memory. Later calls throw. */
  dispose(): Promise<void>;
}

export interface Engine {
  readonly name: 'cpu' | 'reference';
  /** What runs the arithmetic: `float64`, `x64-avx512`, `x64-avx2`, `wasm-256`, `wasm-128`. */
  readonly target: string;
  readonly threads: number;
  compile(network: NetworkSpec, options: CompileOptions): Promise<Program>;
}

/**
 * What an engine is asked for by: `cpu` takes the fastest code that can run here, `x64` and `wasm` only machine code or
 * only WebAssembly.
 */
export const engineNames = ['cpu', 'x64', 'wasm', 'reference'] as const;
export type EngineName = (typeof engineNames)[number];
