import type {
  BackwardOptions,
  CompileOptions,
  ForwardOptions,
  ImageBuffer,
  Loss,
  OptimizerOptions,
  ParameterState,
  Program,
  StepOptions,
  UpdateOptions,
  UpdateSizes,
} from '../engine.ts';
import { sumOfSquares, updateSizes } from '../updateSizes.ts';
import {
  checkBackwardOptions,
  checkCompileOptions,
  checkForwardOptions,
  checkLabels,
  checkState,
  checkUpdate,
  checkValues,
} from '../checkCalls.ts';
import { alexnetError } from '../../errors.ts';
import {
  classCount,
  elementCount,
  inferShapes,
  parameterShapes,
  type LayerShape,
  type ParameterShape,
} from '../../network/shapes.ts';
import type { NetworkSpec } from '../../network/spec.ts';
import { crossEntropy, crossEntropyBackward } from './crossEntropy.ts';
import { runLayer } from './layers.ts';
import type { LayerResult } from './layers.ts';
import { moveAverage, updateParameter } from './optimizers.ts';
import { zeros } from './tensor.ts';
import type { Tensor } from './tensor.ts';
import { isTrained, keptStates, optionsOf, shapesWith, statesOf } from '../trained.ts';

type Tensors = Map<string, Tensor>;

/** Everything a program holds. */
interface State {
  readonly layers: readonly LayerShape[];
  readonly classes: number;
  readonly batchSize: number;
  readonly training: boolean;
  readonly options: CompileOptions;
  readonly inputs: readonly ImageBuffer[];
  readonly parameters: Tensors;
  /** Of the parameters that are trained. */
  readonly states: ReadonlyMap<ParameterState, Tensors>;
  readonly gradients: Tensors;
  /** Of the last forward: each layer's output and the way back through it. */
  readonly results: Map<string, LayerResult>;
  disposed: boolean;
}

/** Makes a program of plain loops. Throws ALEX_NETWORK_LAYER, ALEX_OPTION_VALUE. */
export function compileReference(network: NetworkSpec, options: CompileOptions): Program {
  checkCompileOptions(network, options);
  const state = createState(network, options);
  return {
    network,
    batchSize: state.batchSize,
    training: state.training,
    inputs: state.inputs,
    memoryBytes: memoryBytes(state),
    states: statesOf(network, options),
    forward: async (given = {}) => Float32Array.from(forward(state, given).data),
    backward: async (labels, given = {}) => backward(state, labels, given),
    update: async (optimizer, given = {}) => update(state, optimizer, given),
    step: async (given) => step(state, given),
    ...tensorAccess(state),
    dispose: async () => dispose(state),
  };
}

function createState(network: NetworkSpec, options: CompileOptions): State {
  const { batchSize, training, inputSlots = 1 } = options;
  const layers = inferShapes(network);
  const zerosOf = (shapes: readonly ParameterShape[]): Tensors =>
    new Map(shapes.map(({ name, shape }) => [name, zeros(shape)]));
  return {
    layers,
    classes: classCount(network),
    batchSize,
    training,
    inputs: Array.from({ length: inputSlots }, () => imageBuffer(network, batchSize)),
    options,
    parameters: zerosOf(parameterShapes(network)),
    states: new Map(keptStates(options).map((kind) => [kind, zerosOf(shapesWith(kind, network, options))])),
    gradients: new Map(),
    results: new Map(),
    disposed: false,
  };
}

function imageBuffer({ input }: NetworkSpec, batchSize: number): ImageBuffer {
  const { channels, height, width } = input;
  const strides = { image: channels * height * width, channel: height * width, row: width, column: 1 };
  const bytes = 4 * batchSize * strides.image;
  // Shared, so that loader threads may write it in place; but not in pages that are not cross-origin isolated.
  const memory =
    typeof SharedArrayBuffer === 'function' ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  return {
    data: new Float32Array(memory),
    offset: 0,
    strides,
    shape: [batchSize, channels, height, width],
  };
}

function memoryBytes(state: State): number {
  const sizes = (tensors: Tensors): number[] => [...tensors.values()].map(({ data }) => data.length);
  const kept = [...state.states.values()].flatMap(sizes);
  const activations = state.layers.map((layer) => state.batchSize * elementCount(layer.output));
  const inputs = state.inputs.reduce((bytes, { data }) => bytes + data.byteLength, 0);
  const parameters = sum(sizes(state.parameters)) * (state.training ? 2 : 1);
  const float64s = parameters + sum(kept) + sum(activations) * (state.training ? 2 : 1);
  return inputs + 8 * float64s;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function forward(state: State, options: ForwardOptions): Tensor {
  checkAlive(state, 'forward');
  const { slot, count } = checkForwardOptions(state, options);
  if (state.options.accumulates !== true) state.gradients.clear();
  let current = readImages(state.inputs[slot]!, count);
  let dropoutIndex = 0;
  const parameter = (name: string): Tensor => state.parameters.get(name)!;
  for (const layer of state.layers) {
    const result = runLayer(layer, current, {
      parameter,
      weights: parameter,
      dropoutIndex,
      training: options.training,
    });
    if (layer.spec.type === 'dropout') dropoutIndex++;
    state.results.set(layer.spec.name, result);
    current = result.output;
  }
  return current;
}

function readImages({ data, offset, shape }: ImageBuffer, count: number): Tensor {
  const [, channels, height, width] = shape;
  const length = count * channels * height * width;
  return {
    shape: [count, channels, height, width],
    data: Float64Array.from(data.subarray(offset, offset + length)),
  };
}

function backward(state: State, labels: ArrayLike<number>, options: BackwardOptions): Loss {
  checkAlive(state, 'backward');
  checkState(state.training, 'backward', 'a program compiled with training: true');
  const logits = state.results.get(state.layers.at(-1)!.spec.name)?.output;
  checkState(logits !== undefined, 'backward', 'a forward before it');
  const count = logits.shape[0]!;
  checkLabels(labels, count, state.classes);
  const { labelSmoothing, images, accumulate } = checkBackwardOptions(state.options, options, count);
  if (!accumulate) state.gradients.clear();
  const upstream = new Float64Array(count).fill(1 / images);
  let gradient = crossEntropyBackward(logits, labels, upstream, labelSmoothing);
  for (const { spec } of state.layers.toReversed()) {
    const gradients = state.results.get(spec.name)!.backward(gradient);
    addGradient(state, `${spec.name}.weight`, gradients.weight);
    addGradient(state, `${spec.name}.bias`, gradients.bias);
    gradient = gradients.input;
  }
  const losses = crossEntropy(logits, labels, labelSmoothing);
  return { loss: losses.reduce((total, loss) => total + loss, 0) / count };
}

function addGradient({ options, gradients }: State, name: string, gradient: Tensor | undefined): void {
  if (gradient === undefined || !isTrained(name, options.parameters)) return;
  const before = gradients.get(name);
  if (before === undefined) gradients.set(name, gradient);
  else gradient.data.forEach((value, at) => (before.data[at]! += value));
}

function update(state: State, optimizer: OptimizerOptions, options: UpdateOptions): void {
  checkAlive(state, 'update');
  checkUpdate(state.options, optimizer, options);
  checkState(state.gradients.size > 0, 'update', 'a backward before it');
  for (const [name, gradient] of state.gradients) {
    const [momentum, secondMoment] = (['momentum', 'secondMoment'] as const).map((kind) =>
      state.states.get(kind)?.get(name),
    );
    const updated = { weight: state.parameters.get(name)!, momentum: momentum!, secondMoment };
    updateParameter(updated, gradient, optimizer, optionsOf(name, state.options.parameters));
  }
  const { averageDecay } = options;
  if (averageDecay === undefined) return;
  for (const [name, average] of state.states.get('average')!)
    moveAverage(average, state.parameters.get(name)!, averageDecay);
}

function step(state: State, given: StepOptions): Loss {
  checkAlive(state, 'step');
  checkState(state.training, 'step', 'a program compiled with training: true');
  const { labels, optimizer } = given;
  if (optimizer !== undefined) checkUpdate(state.options, optimizer, given);
  forward(state, given);
  const loss = backward(state, labels, given);
  if (optimizer !== undefined) update(state, optimizer, given);
  return loss;
}

function swapAverages(state: State): void {
  checkAlive(state, 'swapAverages');
  const averages = state.states.get('average');
  checkState(averages !== undefined, 'swapAverages', 'a program compiled with averages: true');
  for (const [name, { data }] of averages) {
    const weight = state.parameters.get(name)!.data;
    const kept = weight.slice();
    weight.set(data);
    data.set(kept);
  }
}

type TensorAccess = Pick<
  Program,
  | 'readParameter'
  | 'writeParameter'
  | 'readState'
  | 'writeState'
  | 'swapAverages'
  | 'readActivation'
  | 'readGradient'
  | 'measureUpdate'
>;

function tensorAccess(state: State): TensorAccess {
  return {
    readParameter: (name) => read(state, 'readParameter', state.parameters, name),
    writeParameter: (name, values) => write(state, 'writeParameter', state.parameters, name, values),
    readState: (kind, name) => read(state, 'readState', stateTensors(state, kind), name),
    writeState: (kind, name, values) => write(state, 'writeState', stateTensors(state, kind), name, values),
    swapAverages: () => swapAverages(state),
    readActivation: (layer) => readActivation(state, layer),
    readGradient: (name) => {
      checkState(state.training, 'readGradient', 'a program compiled with training: true');
      tensorNamed(state.states.get('momentum')!, name);
      checkState(state.gradients.size > 0, 'readGradient', 'a backward before it');
      return read(state, 'readGradient', state.gradients, name);
    },
    measureUpdate: (names) => measureUpdate(state, names),
  };
}

function measureUpdate(state: State, names: readonly string[]): () => UpdateSizes[] {
  checkAlive(state, 'measureUpdate');
  checkState(state.training, 'measureUpdate', 'a program compiled with training: true');
  for (const name of names) tensorNamed(state.states.get('momentum')!, name);
  const before = names.map((name) => tensorNamed(state.parameters, name).data.slice());
  return () => {
    checkAlive(state, 'measureUpdate');
    checkState(state.gradients.size > 0, 'measureUpdate', 'an update after it');
    return names.map((name, i) => {
      const { data } = tensorNamed(state.parameters, name);
      return updateSizes(data.length, {
        parameter: sumOfSquares(before[i]!),
        update: sumOfSquares(data, before[i]!),
        gradient: sumOfSquares(tensorNamed(state.gradients, name).data),
      });
    });
  };
}

function stateTensors({ states }: State, kind: ParameterState): Tensors {
  const tensors = states.get(kind);
  checkState(tensors !== undefined, `the state ${kind}`, 'a program that was compiled to keep it');
  return tensors;
}

function readActivation(state: State, layer: string): Float32Array {
  checkAlive(state, 'readActivation');
  const known = state.layers.map(({ spec }) => spec.name);
  if (!known.includes(layer)) throw alexnetError('ALEX_TENSOR_UNKNOWN', { name: layer, known });
  const result = state.results.get(layer);
  checkState(result !== undefined, 'readActivation', 'a forward before it');
  return Float32Array.from(result.output.data);
}

function read(state: State, call: string, tensors: Tensors, name: string): Float32Array {
  checkAlive(state, call);
  return Float32Array.from(tensorNamed(tensors, name).data);
}

function write(state: State, call: string, tensors: Tensors, name: string, values: ArrayLike<number>): void {
  checkAlive(state, call);
  const { shape, data } = tensorNamed(tensors, name);
  checkValues(name, shape, values);
  data.set(values);
}

function tensorNamed(tensors: Tensors, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw alexnetError('ALEX_TENSOR_UNKNOWN', { name, known: [...tensors.keys()] });
  return tensor;
}

function checkAlive(state: State, call: string): void {
  checkState(!state.disposed, call, 'a program that has not been disposed');
}

function dispose(state: State): void {
  state.disposed = true;
  for (const tensors of [state.parameters, ...state.states.values(), state.gradients, state.results])
    tensors.clear();
}
