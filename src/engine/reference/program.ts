import type {
  CompileOptions,
  ForwardOptions,
  ImageBuffer,
  Loss,
  Program,
  SgdOptions,
  StepOptions,
} from '../engine.ts';
import {
  checkCompileOptions,
  checkForwardOptions,
  checkLabels,
  checkState,
  checkValues,
} from '../checkCalls.ts';
import { alexnetError } from '../../errors.ts';
import {
  classCount,
  elementCount,
  inferShapes,
  learntShapes,
  parameterShapes,
  type LayerShape,
  type ParameterShape,
} from '../../network/shapes.ts';
import type { NetworkSpec } from '../../network/spec.ts';
import { crossEntropy, crossEntropyBackward } from './crossEntropy.ts';
import { runLayer } from './layers.ts';
import type { LayerResult } from './layers.ts';
import { sgdUpdate } from './sgd.ts';
import { zeros } from './tensor.ts';
import type { Tensor } from './tensor.ts';

type Tensors = Map<string, Tensor>;

/** Everything a program holds. */
interface State {
  readonly layers: readonly LayerShape[];
  readonly classes: number;
  readonly batchSize: number;
  readonly training: boolean;
  readonly inputs: readonly ImageBuffer[];
  readonly parameters: Tensors;
  readonly momentum: Tensors;
  readonly gradients: Tensors;
  /** Of the last forward: each layer's output and the way back through it. */
  readonly results: Map<string, LayerResult>;
  disposed: boolean;
}

/** Makes a program of plain loops. Throws ALEX_NETWORK_LAYER, ALEX_OPTION_VALUE. */
export function compileReference(network: NetworkSpec, options: CompileOptions): Program {
  checkCompileOptions(options);
  const state = createState(network, options);
  return {
    network,
    batchSize: state.batchSize,
    training: state.training,
    inputs: state.inputs,
    memoryBytes: memoryBytes(state),
    forward: async (given = {}) => Float32Array.from(forward(state, given).data),
    backward: async (labels) => backward(state, labels),
    update: async (sgd) => update(state, sgd),
    step: async (given) => step(state, given),
    ...tensorAccess(state),
    dispose: async () => dispose(state),
  };
}

function createState(network: NetworkSpec, { batchSize, training, inputSlots = 1 }: CompileOptions): State {
  const layers = inferShapes(network);
  const allZeros = (shapes: readonly ParameterShape[]): Tensors =>
    new Map(shapes.map(({ name, shape }) => [name, zeros(shape)]));
  return {
    layers,
    classes: classCount(network),
    batchSize,
    training,
    inputs: Array.from({ length: inputSlots }, () => imageBuffer(network, batchSize)),
    parameters: allZeros(parameterShapes(network)),
    momentum: allZeros(training ? learntShapes(network) : []),
    gradients: new Map(),
    results: new Map(),
    disposed: false,
  };
}

function imageBuffer({ input }: NetworkSpec, batchSize: number): ImageBuffer {
  const { channels, height, width } = input;
  const strides = { image: channels * height * width, channel: height * width, row: width, column: 1 };
  // Shared, so that loader threads may write it in place.
  const memory = new SharedArrayBuffer(4 * batchSize * strides.image);
  return {
    data: new Float32Array(memory),
    offset: 0,
    strides,
    shape: [batchSize, channels, height, width],
  };
}

function memoryBytes(state: State): number {
  const parameters = state.layers.flatMap((layer) =>
    layer.parameters.map(({ shape }) => elementCount(shape)),
  );
  const activations = state.layers.map((layer) => state.batchSize * elementCount(layer.output));
  const inputs = state.inputs.reduce((bytes, { data }) => bytes + data.byteLength, 0);
  const float64s = sum(parameters) * (state.training ? 3 : 1) + sum(activations) * (state.training ? 2 : 1);
  return inputs + 8 * float64s;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function forward(state: State, options: ForwardOptions): Tensor {
  checkAlive(state, 'forward');
  const { slot, count } = checkForwardOptions(state, options);
  state.gradients.clear();
  let current = readImages(state.inputs[slot]!, count);
  let dropoutIndex = 0;
  for (const layer of state.layers) {
    const result = runLayer(layer, current, {
      parameter: (name) => state.parameters.get(name)!,
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

function backward(state: State, labels: ArrayLike<number>): Loss {
  checkAlive(state, 'backward');
  checkState(state.training, 'backward', 'a program compiled with training: true');
  const logits = state.results.get(state.layers.at(-1)!.spec.name)?.output;
  checkState(logits !== undefined, 'backward', 'a forward before it');
  const count = logits.shape[0]!;
  checkLabels(labels, count, state.classes);
  let gradient = crossEntropyBackward(logits, labels, new Float64Array(count).fill(1 / count));
  for (const { spec } of state.layers.toReversed()) {
    const gradients = state.results.get(spec.name)!.backward(gradient);
    if (gradients.weight !== undefined) state.gradients.set(`${spec.name}.weight`, gradients.weight);
    if (gradients.bias !== undefined) state.gradients.set(`${spec.name}.bias`, gradients.bias);
    gradient = gradients.input;
  }
  return { loss: crossEntropy(logits, labels).reduce((total, loss) => total + loss, 0) / count };
}

function update(state: State, sgd: SgdOptions): void {
  checkAlive(state, 'update');
  checkState(state.gradients.size > 0, 'update', 'a backward before it');
  for (const [name, momentum] of state.momentum) {
    sgdUpdate(state.parameters.get(name)!, state.gradients.get(name)!, momentum, sgd);
  }
}

function step(state: State, { labels, sgd, ...options }: StepOptions): Loss {
  checkAlive(state, 'step');
  checkState(state.training, 'step', 'a program compiled with training: true');
  forward(state, options);
  const loss = backward(state, labels);
  update(state, sgd);
  return loss;
}

type TensorAccess = Pick<
  Program,
  'readParameter' | 'writeParameter' | 'readMomentum' | 'writeMomentum' | 'readActivation' | 'readGradient'
>;

function tensorAccess(state: State): TensorAccess {
  return {
    readParameter: (name) => read(state, 'readParameter', state.parameters, name),
    writeParameter: (name, values) => write(state, 'writeParameter', state.parameters, name, values),
    readMomentum: (name) => {
      checkState(state.training, 'readMomentum', 'a program compiled with training: true');
      return read(state, 'readMomentum', state.momentum, name);
    },
    writeMomentum: (name, values) => {
      checkState(state.training, 'writeMomentum', 'a program compiled with training: true');
      write(state, 'writeMomentum', state.momentum, name, values);
    },
    readActivation: (layer) => readActivation(state, layer),
    readGradient: (name) => {
      checkState(state.training, 'readGradient', 'a program compiled with training: true');
      tensorNamed(state.momentum, name);
      checkState(state.gradients.size > 0, 'readGradient', 'a backward before it');
      return read(state, 'readGradient', state.gradients, name);
    },
  };
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
  for (const tensors of [state.parameters, state.momentum, state.gradients, state.results]) tensors.clear();
}
