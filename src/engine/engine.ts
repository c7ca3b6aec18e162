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

/**
 * How SGD updates a weight w by its gradient g, with velocity v:
 * `pytorch`, torch.optim.SGD: g += weightDecay * w; v = momentum * v + g; w -= learningRate * v.
 * `nesterov`, the same with nesterov=True: its last step is w -= learningRate * (g + momentum * v).
 * `paper`, Krizhevsky, Sutskever and Hinton 2012, section 5, with the learning rate inside the velocity:
 * v = momentum * v - weightDecay * learningRate * w - learningRate * g; w += v.
 */
export const sgdForms = ['pytorch', 'nesterov', 'paper'] as const;
export type SgdForm = (typeof sgdForms)[number];

export interface SgdOptions {
  readonly type?: 'sgd';
  /** Default `pytorch`. */
  readonly form?: SgdForm;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/**
 * torch.optim.AdamW (Loshchilov and Hutter 2019): w *= 1 - learningRate * weightDecay; m = beta1 * m + (1 - beta1) * g;
 * s = beta2 * s + (1 - beta2) * g²; w -= learningRate * (m / (1 - beta1^step)) / (sqrt(s / (1 - beta2^step)) + epsilon).
 */
export interface AdamWOptions {
  readonly type: 'adamw';
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Number of this update, from 1. */
  readonly step: number;
}

/** One update of the parameters. */
export type OptimizerOptions = SgdOptions | AdamWOptions;

export const optimizerTypes = ['sgd', 'adamw'] as const;
export type OptimizerType = (typeof optimizerTypes)[number];

/** How the update of one parameter differs from the others'. */
export interface ParameterOptions {
  /** Times the learning rate; 0 freezes the parameter. Default 1. */
  readonly learningRateScale?: number;
  /** Whether weight decay applies. Default true. */
  readonly decays?: boolean;
}

export interface CompileOptions {
  /** Most images in one call. */
  readonly batchSize: number;
  /** False leaves out gradients, momentum and what backward needs. */
  readonly training: boolean;
  /** Input buffers, so that a loader can fill one while another is used. Default 1. */
  readonly inputSlots?: number;
  /** Whose state is kept for updates. Default `sgd`. */
  readonly optimizer?: OptimizerType;
  /** By name. Backward goes no further than the first layer that is not frozen, and leaves frozen ones out. */
  readonly parameters?: Readonly<Record<string, ParameterOptions>>;
  /** Gradients can be added up over several batches. Default false. */
  readonly accumulates?: boolean;
  /** Averages of the parameters are kept. Default false. */
  readonly averages?: boolean;
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

export interface BackwardOptions {
  /**
   * Share of each target that all classes get alike, from 0, less than 1 (Szegedy and others 2016): torch's
   * cross_entropy with label_smoothing. Default 0.
   */
  readonly labelSmoothing?: number;
  /** Images whose mean the gradients are of. Default `count`; more where gradients of several batches are added up. */
  readonly images?: number;
  /** Adds to the gradients that are there, in a program that accumulates. Default false. */
  readonly accumulate?: boolean;
}

export interface UpdateOptions {
  /**
   * Moves the averages, in a program that has them: average = decay * average + (1 - decay) * parameter, after the
   * update. Left out, they stay.
   */
  readonly averageDecay?: number;
}

export interface StepOptions extends ForwardOptions, BackwardOptions, UpdateOptions {
  /** One class index an image, as long as `count`. */
  readonly labels: ArrayLike<number>;
  /** Left out, there is no update: more batches are to be added to the gradients. */
  readonly optimizer?: OptimizerOptions;
}

export interface Loss {
  /** Mean cross-entropy of the batch, with label smoothing, in nats. */
  readonly loss: number;
}

/**
 * What is kept of a parameter between updates: SGD's velocity or AdamW's first moment, AdamW's second moment, and the
 * parameter's average.
 */
export const parameterStates = ['momentum', 'secondMoment', 'average'] as const;
export type ParameterState = (typeof parameterStates)[number];

/** Of one parameter and one update, as root mean squares. */
export interface UpdateSizes {
  /** The values before it. */
  readonly parameter: number;
  /** The values after it less those before. */
  readonly update: number;
  /** The gradient that it was made with. */
  readonly gradient: number;
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
  /** Mean cross-entropy of the last forward and the gradients of all parameters; `readGradient` reads them. */
  backward(labels: ArrayLike<number>, options?: BackwardOptions): Promise<Loss>;
  /**
   * One update with the gradients of the last `backward`. Another forward forgets them, unless the program accumulates:
   * an engine may compute some only now, from the activations. Throws ALEX_PROGRAM_STATE then, and when the program was
   * compiled for another optimizer.
   */
  update(optimizer: OptimizerOptions, options?: UpdateOptions): Promise<void>;
  /** forward, backward and update, fused where the engine can: the same values as the three, to rounding. */
  step(options: StepOptions): Promise<Loss>;

  /** A copy of a parameter, in PyTorch's layout. Throws ALEX_TENSOR_UNKNOWN. */
  readParameter(name: string): Float32Array;
  /** Throws ALEX_TENSOR_UNKNOWN, ALEX_TENSOR_SHAPE. */
  writeParameter(name: string, values: ArrayLike<number>): void;
  /**
   * Which states there are, and of which parameters: not of frozen ones, and of statistics (../network/shapes.ts) averages
   * only.
   */
  readonly states: ReadonlyMap<ParameterState, readonly string[]>;
  /** A state of a parameter, in the parameter's layout; zeros before the first update. Throws as readParameter does. */
  readState(state: ParameterState, name: string): Float32Array;
  writeState(state: ParameterState, name: string, values: ArrayLike<number>): void;
  /** Parameters and their averages change places, for testing with the averages; called again, they change back. */
  swapAverages(): void;
  /** The output of a layer in the last forward, [count, C, H, W] or [count, F]. */
  readActivation(layer: string): Float32Array;
  /** The gradient of a parameter from the last `backward`, with what it was added to. Frozen ones have none. */
  readGradient(name: string): Float32Array;

  /**
   * Takes note of parameters that are trained. What it returns is called after the next update, before another forward, and
   * tells how far that has moved them. Throws ALEX_TENSOR_UNKNOWN, ALEX_PROGRAM_STATE.
   */
  measureUpdate(names: readonly string[]): () => UpdateSizes[];

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
