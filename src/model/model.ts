/** A network with its weights, as a torch.nn.Module is to a script. */
import { createEngine } from '../engine/create.ts';
import type { Engine, EngineName } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { initialise, type InitializationScheme } from '../network/initialise.ts';
import { learntShapes } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { saveModel } from '../training/modelFile.ts';
import { compiled, type Compiled, type WeightSource } from './compiled.ts';
import type { ImageBatch } from './imageBatch.ts';
import type { Outputs } from './outputs.ts';
import type { Parameter, ParameterOwner } from './parameter.ts';
import { passes, type Passes } from './passes.ts';
import { describedUse, type ModelUse } from './modelUse.ts';
import { checkState, type StateDict, type StateSource } from './stateDict.ts';
import { tensor } from './tensor.ts';

export interface ModelOptions {
  /** What computes: an engine, or the name of one that is then made. Default `cpu`. */
  readonly engine?: Engine | EngineName;
  /** Threads of an engine given by name. Default: as many as the machine runs at once. */
  readonly threads?: number;
  /** Of the initial weights and of dropout. Default 0. */
  readonly seed?: number;
  /** PyTorch's own initial weights, or He's, with which the article's recipe learns in one epoch. Default `torchvision`. */
  readonly initialization?: InitializationScheme;
}

export interface Model extends AsyncDisposable {
  readonly network: NetworkSpec;
  /** True from the start and after train(), false after eval(). */
  readonly training: boolean;
  /**
   * The logits of a batch, [N, classes]; with dropout when training. The first call starts the engine.
   * Throws ALEX_MODEL_INPUT, ALEX_MODEL_BATCH_RELEASED.
   */
  forward(inputs: ImageBatch): Promise<Outputs>;
  /** Dropout on. */
  train(): void;
  /** Dropout off, for testing and use. */
  eval(): void;
  /** In the order of the layers. */
  parameters(): Parameter[];
  /** Forgets the gradients, as the optimizer's does. */
  zeroGrad(): void;
  /** A copy of all parameters. */
  stateDict(): StateDict;
  /** Takes over all parameters. Throws ALEX_TENSOR_UNKNOWN, ALEX_TENSOR_MISSING, ALEX_TENSOR_SHAPE; then nothing is changed. */
  loadStateDict(state: StateSource): void;
  /**
   * Writes a file that loadModel, the command line and PyTorch's tools read, in the format that its name's ending says:
   * `.safetensors`, `.pth`. A data set says what the
   * classes are called and what is done to an image: `model.save(path, trainset)`.
   * Throws ALEX_MODEL_EXTENSION, ALEX_FILE_WRITE, ALEX_MODEL_NOT_FINITE, ALEX_OPTION_VALUE.
   */
  save(path: string, use?: ModelUse): Promise<void>;
  /** Ends the engine's threads and lets go of its memory. `await using` calls it. */
  dispose(): Promise<void>;
}

/**
 * A model of any network. Weights are drawn, and the engine started, when they are first needed.
 * Throws ALEX_NETWORK_LAYER, ALEX_OPTION_VALUE.
 */
export function createModel(network: NetworkSpec, options: ModelOptions = {}): Model {
  const scheme = options.initialization ?? 'torchvision';
  const seed = checkedSeed(options.seed ?? 0);
  return modelFrom(network, options, (write) => initialise(network, { scheme, seed }, write));
}

/** As createModel, with weights from elsewhere. */
export function modelFrom(network: NetworkSpec, options: ModelOptions, weights: WeightSource): Model {
  const seed = checkedSeed(options.seed ?? 0);
  const program = compiled(network, engineOf(options), weights);
  const pass = passes(network, program, seed);
  const handles = parameterHandles(network, program, pass);
  let training = true;

  const dispose = () => program.dispose();
  return {
    network,
    get training() {
      return training;
    },
    forward: (inputs) => pass.forward(inputs, training),
    train: () => void (training = true),
    eval: () => void (training = false),
    parameters: () => [...handles],
    zeroGrad: pass.zeroGrad,
    stateDict: () => new Map(handles.map((handle) => [handle.name, handle.data()])),
    loadStateDict(state) {
      checkState(state, handles);
      for (const [name, { data }] of state) program.write(name, data);
    },
    save: async (path, use) => saveModel(path, describedUse(network, use), program.read),
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

function parameterHandles(
  network: NetworkSpec,
  weights: Pick<Compiled, 'read' | 'useOptimizer'>,
  pass: Passes,
): Parameter[] {
  const shapes = learntShapes(network);
  const { zeroGrad, update } = pass;
  const { useOptimizer } = weights;
  const names = shapes.map(({ name }) => name);
  const owner: ParameterOwner = { network, names, zeroGrad, update, useOptimizer };
  return shapes.map(({ name, shape }) => ({
    name,
    shape,
    owner,
    data: () => tensor(weights.read(name), shape),
    grad() {
      const values = pass.gradient(name);
      return values && tensor(values, shape);
    },
  }));
}

function engineOf({ engine = 'cpu', threads }: ModelOptions): () => Promise<Engine> {
  return async () => (typeof engine === 'string' ? createEngine(engine, { threads }) : engine);
}

function checkedSeed(seed: number): number {
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  const expected = 'a whole number from 0 to 2^53 - 1';
  throw alexnetError('ALEX_OPTION_VALUE', { option: 'seed', value: seed, expected });
}
