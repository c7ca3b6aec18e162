/**
 * What follows from a network's specs: the shape of every layer's output, its parameters and its cost.
 * Sizes are PyTorch's: floor((size + 2 * padding - kernelSize) / stride) + 1.
 */
import { alexnetError } from '../errors.ts';
import type {
  AvgPoolSpec,
  BatchNormSpec,
  ConvSpec,
  InitialValues,
  LayerSpec,
  LinearSpec,
  LocallyConnectedSpec,
  LrnSpec,
  MaxPoolSpec,
  NetworkSpec,
} from './spec.ts';
import { windowCount } from './windows.ts';

/** [C, H, W] or [F], without the batch. */
export type Shape = readonly number[];

/** One tensor that is learnt. */
export interface ParameterShape {
  /** Such as `features.0.weight`. */
  readonly name: string;
  /** [O, I, H, W], [O, H', W', I, H, W], [out, in] or, for biases, [out] or [O, H', W']. */
  readonly shape: readonly number[];
  /** Inputs that each output sums over; a bias has its layer's. */
  readonly fanIn: number;
  /** `norm`: weight and bias of a normalisation. `statistic`: its running mean or variance, which no optimizer touches. */
  readonly kind: 'weight' | 'bias' | 'norm' | 'statistic';
  /** What the `paper` initialisation gives weights and biases, and any initialisation those of the other kinds. */
  readonly initial: InitialValues;
}

/** One layer with everything that follows from its place in the network. */
export interface LayerShape {
  readonly spec: LayerSpec;
  readonly input: Shape;
  readonly output: Shape;
  readonly parameters: readonly ParameterShape[];
  /** Of one image's forward pass; convolutions, shared or not, and linear layers only. */
  readonly multiplyAdds: number;
}

/** What one layer makes of its input. */
interface Inferred {
  readonly output: Shape;
  readonly parameters: readonly ParameterShape[];
  readonly multiplyAdds: number;
}

/** Number of elements of a shape. */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Shapes, parameters and cost of every layer, in order. Throws ALEX_NETWORK_LAYER, which names the layer. */
export function inferShapes(network: NetworkSpec): LayerShape[] {
  const { channels, height, width } = network.input;
  const names = new Set<string>();
  let input: Shape = [channels, height, width];
  checkInput(input);
  return network.layers.map((spec) => {
    checkName(spec, names);
    const layer = { spec, input, ...inferLayer(spec, input) };
    input = layer.output;
    return layer;
  });
}

/** All parameters in the order of PyTorch's state_dict. Throws ALEX_NETWORK_LAYER. */
export function parameterShapes(network: NetworkSpec): ParameterShape[] {
  return inferShapes(network).flatMap((layer) => layer.parameters);
}

/** The parameters that gradients are computed for, in the order of PyTorch's parameters(). Throws ALEX_NETWORK_LAYER. */
export function learntShapes(network: NetworkSpec): ParameterShape[] {
  return parameterShapes(network).filter(({ kind }) => kind !== 'statistic');
}

/** Number of classes: the features of the last output. Throws ALEX_NETWORK_LAYER when it is no vector. */
export function classCount(network: NetworkSpec): number {
  const last = inferShapes(network).at(-1);
  if (last === undefined) throw problem('input', 'the network has no layers');
  if (last.output.length !== 1) {
    throw problem(last.spec.name, `the last output is ${written(last.output)}, expected one number a class`);
  }
  return last.output[0]!;
}

function inferLayer(spec: LayerSpec, input: Shape): Inferred {
  switch (spec.type) {
    case 'conv':
      return inferConv(spec, input);
    case 'locallyConnected':
      return inferLocallyConnected(spec, input);
    case 'batchNorm':
      return inferBatchNorm(spec, input);
    case 'linear':
      return inferLinear(spec, input);
    case 'maxPool':
    case 'avgPool':
      return unlearnt(inferPool(spec, input));
    case 'lrn':
      checkLrn(spec);
      return unlearnt(image(spec, input));
    case 'adaptiveAvgPool':
      checkCount(spec, 'outputSize', spec.outputSize, 1);
      return unlearnt([image(spec, input)[0], spec.outputSize, spec.outputSize]);
    case 'flatten':
      return unlearnt([elementCount(input)]);
    case 'relu':
    case 'tanh':
    case 'sigmoid':
      return unlearnt(input);
    case 'dropout':
      checkProbability(spec.name, spec.probability);
      return unlearnt(input);
    default:
      throw unknownType(spec);
  }
}

function inferConv(spec: ConvSpec, input: Shape): Inferred {
  const { outChannels, kernelSize, groups = 1 } = spec;
  const [channels] = image(spec, input);
  const [, outHeight, outWidth] = convolvedShape(spec, input);
  checkGroups(spec, channels);
  const fanIn = (channels / groups) * kernelSize * kernelSize;
  return {
    output: [outChannels, outHeight, outWidth],
    parameters: weightAndBias(spec, [outChannels, channels / groups, kernelSize, kernelSize], fanIn),
    multiplyAdds: outChannels * outHeight * outWidth * fanIn,
  };
}

/** The output of a convolution, shared or not. */
function convolvedShape(spec: ConvSpec | LocallyConnectedSpec, input: Shape): [number, number, number] {
  const { name, outChannels, kernelSize, stride = 1, padding = 0 } = spec;
  const [, height, width] = image(spec, input);
  checkCount(spec, 'outChannels', outChannels, 1);
  checkCount(spec, 'kernelSize', kernelSize, 1);
  checkCount(spec, 'stride', stride, 1);
  checkCount(spec, 'padding', padding, 0);
  for (const size of [height, width]) checkWindow(name, size, kernelSize, padding);
  const count = (size: number): number => windowCount(size, { kernelSize, stride, padding });
  return [outChannels, count(height), count(width)];
}

function inferLocallyConnected(spec: LocallyConnectedSpec, input: Shape): Inferred {
  const { name, kernelSize, padding = 0 } = spec;
  const [channels] = image(spec, input);
  const output = convolvedShape(spec, input);
  if (padding >= kernelSize) {
    throw problem(name, `padding is ${padding}, expected less than its kernelSize of ${kernelSize}`);
  }
  const fanIn = channels * kernelSize * kernelSize;
  return {
    output,
    parameters: weightAndBias(spec, [...output, channels, kernelSize, kernelSize], fanIn, output),
    multiplyAdds: elementCount(output) * fanIn,
  };
}

function inferBatchNorm({ name, epsilon = 1e-5, momentum = 0.1 }: BatchNormSpec, input: Shape): Inferred {
  if (!(epsilon >= 0 && epsilon < Infinity))
    throw problem(name, `epsilon is ${epsilon}, expected a number from 0`);
  if (!(momentum > 0 && momentum <= 1)) {
    throw problem(name, `momentum is ${momentum}, expected a number over 0, at most 1`);
  }
  const [channels] = input as [number];
  const parameter = (own: string, kind: ParameterShape['kind'], value: number): ParameterShape => ({
    name: `${name}.${own}`,
    shape: [channels],
    fanIn: 1,
    kind,
    initial: { weightStd: 0, bias: value },
  });
  return {
    output: input,
    parameters: [
      parameter('weight', 'norm', 1),
      parameter('bias', 'norm', 0),
      parameter('running_mean', 'statistic', 0),
      parameter('running_var', 'statistic', 1),
    ],
    multiplyAdds: 0,
  };
}

function inferLinear(spec: LinearSpec, input: Shape): Inferred {
  checkCount(spec, 'outFeatures', spec.outFeatures, 1);
  if (input.length !== 1) {
    throw problem(
      spec.name,
      `its input is ${written(input)}, expected a vector: put a flatten layer before it`,
    );
  }
  const fanIn = input[0]!;
  return {
    output: [spec.outFeatures],
    parameters: weightAndBias(spec, [spec.outFeatures, fanIn], fanIn),
    multiplyAdds: spec.outFeatures * fanIn,
  };
}

function checkGroups({ name, outChannels, groups = 1 }: ConvSpec, channels: number): void {
  const divides = [channels, outChannels].every((count) => count % groups === 0);
  if (Number.isSafeInteger(groups) && groups >= 1 && divides) return;
  throw problem(
    name,
    `groups is ${groups}, expected a whole number that divides its ${channels} input and ${outChannels} output channels`,
  );
}

function inferPool(spec: MaxPoolSpec | AvgPoolSpec, input: Shape): Shape {
  const [channels, height, width] = image(spec, input);
  const { name, kernelSize, stride, padding = 0 } = spec;
  checkCount(spec, 'kernelSize', kernelSize, 1);
  checkCount(spec, 'stride', stride, 1);
  checkCount(spec, 'padding', padding, 0);
  if (padding > kernelSize / 2) {
    throw problem(name, `padding is ${padding}, expected at most half of its window of ${kernelSize}`);
  }
  for (const side of [height, width]) checkWindow(name, side, kernelSize, padding);
  return [channels, windowCount(height, spec), windowCount(width, spec)];
}

function checkLrn({ name, size, alpha, beta, k, convention, region = 'acrossChannels' }: LrnSpec): void {
  const check = (what: string, value: unknown, expected: string, good: boolean): void => {
    if (!good) throw problem(name, `${what} is ${String(value)}, expected ${expected}`);
  };
  check('size', size, 'a whole number from 1', Number.isSafeInteger(size) && size >= 1);
  check('alpha', alpha, 'a number from 0', Number.isFinite(alpha) && alpha >= 0);
  check('k', k, 'a number over 0', Number.isFinite(k) && k > 0);
  check('beta', beta, 'a multiple of 0.25 up to 4', Number.isInteger(4 * beta) && beta > 0 && beta <= 4);
  check('convention', convention, lrnConventions.join(' or '), lrnConventions.includes(convention));
  check('region', region, lrnRegions.join(' or '), lrnRegions.includes(region));
  if (convention === 'caffe') check('size', size, "an odd number in Caffe's convention", size % 2 === 1);
  const within = region === 'withinChannel' && convention !== 'caffe';
  check('region', region, "acrossChannels but in Caffe's convention", !within);
}

const lrnConventions: readonly LrnSpec['convention'][] = ['paper', 'pytorch', 'caffe'];
const lrnRegions: readonly LrnSpec['region'][] = ['acrossChannels', 'withinChannel'];

function checkWindow(layer: string, size: number, kernelSize: number, padding: number): void {
  const padded = size + 2 * padding;
  if (kernelSize <= padded) return;
  throw problem(
    layer,
    `its ${kernelSize}×${kernelSize} window is larger than its padded input of side ${padded}`,
  );
}

const paperDefault: InitialValues = { weightStd: 0.01, bias: 0 };

function weightAndBias(
  { name, initial = paperDefault }: ConvSpec | LocallyConnectedSpec | LinearSpec,
  weight: readonly number[],
  fanIn: number,
  biasShape: readonly number[] = [weight[0]!],
): ParameterShape[] {
  const { weightStd, bias } = initial;
  if (!(Number.isFinite(bias) && weightStd >= 0 && weightStd < Infinity)) {
    const got = JSON.stringify(initial);
    throw problem(name, `initial is ${got}, expected a weightStd from 0 and a bias, both numbers`);
  }
  return [
    { name: `${name}.weight`, shape: weight, fanIn, kind: 'weight', initial },
    { name: `${name}.bias`, shape: biasShape, fanIn, kind: 'bias', initial },
  ];
}

function unlearnt(output: Shape): Inferred {
  return { output, parameters: [], multiplyAdds: 0 };
}

function image(spec: LayerSpec, input: Shape): [channels: number, height: number, width: number] {
  const [channels, height, width] = input;
  if (channels === undefined || height === undefined || width === undefined) {
    throw problem(spec.name, `its input is ${written(input)}, expected an image [C, H, W]`);
  }
  return [channels, height, width];
}

function checkInput(input: Shape): void {
  for (const size of input) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw problem('input', `its shape is ${written(input)}, expected whole numbers from 1`);
    }
  }
}

function checkName(spec: LayerSpec, names: Set<string>): void {
  if (typeof spec.name !== 'string' || spec.name === '') {
    throw problem(`number ${names.size}`, 'it has no name');
  }
  if (names.has(spec.name)) throw problem(spec.name, 'another layer has this name too');
  names.add(spec.name);
}

function checkCount(spec: LayerSpec, what: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw problem(spec.name, `${what} is ${value}, expected a whole number from ${least}`);
  }
}

function checkProbability(layer: string, probability: number): void {
  if (!(probability >= 0 && probability < 1)) {
    throw problem(layer, `probability is ${probability}, expected 0 or more and less than 1`);
  }
}

function unknownType(spec: never): Error {
  const { name, type } = spec as { name: string; type: unknown };
  return problem(name, `there is no layer type "${String(type)}"`);
}

function problem(layer: string, text: string): Error {
  return alexnetError('ALEX_NETWORK_LAYER', { layer, problem: text });
}

function written(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
