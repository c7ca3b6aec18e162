/** The small networks that every engine is compared with the reference on. */
import type { ConvSpec, LayerSpec, LrnSpec, NetworkSpec } from '../../src/network/spec.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';

export interface SuiteCase {
  readonly network: NetworkSpec;
  readonly batchSize: number;
  /** Images in the batch. */
  readonly count: number;
}

/** All layer types at once, with odd sizes, for a 3×13×11 input and 7 classes. */
export const everyLayer: NetworkSpec = {
  name: 'every layer',
  input: { channels: 3, height: 13, width: 11 },
  layers: [
    { type: 'conv', name: 'features.0', outChannels: 17, kernelSize: 5, padding: 2 },
    { type: 'relu', name: 'features.1' },
    { type: 'maxPool', name: 'features.2', kernelSize: 3, stride: 2 },
    { type: 'lrn', name: 'norm', size: 5, alpha: 0.1, beta: 0.75, k: 2, convention: 'paper' },
    { type: 'conv', name: 'features.3', outChannels: 9, kernelSize: 3, padding: 1 },
    { type: 'batchNorm', name: 'bn' },
    { type: 'relu', name: 'features.4' },
    { type: 'avgPool', name: 'average', kernelSize: 2, stride: 1 },
    { type: 'locallyConnected', name: 'local', outChannels: 18, kernelSize: 3, padding: 1 },
    { type: 'tanh', name: 'tanh' },
    { type: 'adaptiveAvgPool', name: 'avgpool', outputSize: 3 },
    { type: 'flatten', name: 'flatten' },
    { type: 'dropout', name: 'classifier.0', probability: 0.5 },
    { type: 'linear', name: 'classifier.1', outFeatures: 33 },
    { type: 'relu', name: 'classifier.2' },
    { type: 'dropout', name: 'classifier.3', probability: 0.2 },
    { type: 'sigmoid', name: 'sigmoid' },
    { type: 'linear', name: 'classifier.4', outFeatures: 7 },
  ],
};

type Convolution = Omit<ConvSpec, 'type' | 'name' | 'outChannels'>;

interface ConvolutionCase {
  readonly channels: readonly [input: number, output: number];
  /** [height, width] */
  readonly size: readonly [number, number];
  readonly convolution: Convolution;
  readonly batchSize: number;
  readonly count?: number;
}

/** Around a vector's 16 lanes, with the strides, paddings and remainders that kernels trip over. */
const convolutions: readonly ConvolutionCase[] = [
  { channels: [1, 1], size: [5, 5], convolution: { kernelSize: 1 }, batchSize: 1 },
  { channels: [33, 15], size: [7, 9], convolution: { kernelSize: 1, stride: 2 }, batchSize: 2 },
  { channels: [16, 33], size: [4, 6], convolution: { kernelSize: 1, padding: 1 }, batchSize: 5 },
  { channels: [3, 16], size: [13, 11], convolution: { kernelSize: 3, padding: 1 }, batchSize: 5, count: 3 },
  { channels: [16, 17], size: [9, 9], convolution: { kernelSize: 3, padding: 1 }, batchSize: 2 },
  { channels: [17, 33], size: [8, 8], convolution: { kernelSize: 3, padding: 1 }, batchSize: 7, count: 1 },
  { channels: [15, 1], size: [9, 7], convolution: { kernelSize: 3 }, batchSize: 2 },
  { channels: [16, 16], size: [13, 13], convolution: { kernelSize: 3, stride: 2, padding: 1 }, batchSize: 2 },
  { channels: [15, 16], size: [12, 9], convolution: { kernelSize: 3, stride: 4, padding: 2 }, batchSize: 1 },
  { channels: [3, 15], size: [11, 11], convolution: { kernelSize: 5, padding: 2 }, batchSize: 2 },
  { channels: [16, 32], size: [15, 15], convolution: { kernelSize: 5, padding: 2 }, batchSize: 1 },
  { channels: [1, 33], size: [10, 9], convolution: { kernelSize: 5, stride: 2 }, batchSize: 5 },
  { channels: [3, 3], size: [5, 6], convolution: { kernelSize: 5, padding: 4 }, batchSize: 2 },
  { channels: [3, 16], size: [47, 47], convolution: { kernelSize: 11, stride: 4, padding: 2 }, batchSize: 2 },
  { channels: [3, 17], size: [31, 35], convolution: { kernelSize: 11, stride: 4, padding: 2 }, batchSize: 1 },
  { channels: [1, 3], size: [12, 13], convolution: { kernelSize: 11, padding: 5 }, batchSize: 7, count: 5 },
  {
    channels: [32, 64],
    size: [7, 8],
    convolution: { kernelSize: 3, padding: 1, groups: 2 },
    batchSize: 3,
    count: 2,
  },
  { channels: [48, 96], size: [13, 5], convolution: { kernelSize: 5, padding: 2, groups: 3 }, batchSize: 2 },
  { channels: [32, 32], size: [7, 7], convolution: { kernelSize: 3, stride: 2, groups: 2 }, batchSize: 2 },
  { channels: [6, 9], size: [6, 5], convolution: { kernelSize: 3, padding: 1, groups: 3 }, batchSize: 2 },
  { channels: [18, 18], size: [5, 5], convolution: { kernelSize: 3, padding: 1, groups: 18 }, batchSize: 2 },
  { channels: [32, 36], size: [5, 5], convolution: { kernelSize: 1, groups: 2 }, batchSize: 1 },
];

/** A 1×1 convolution goes before, whose gradient shows that of the other's input. */
function convolutionCase({ channels, size, convolution, batchSize, count }: ConvolutionCase): SuiteCase {
  const [input, output] = channels;
  const { kernelSize, stride = 1, padding = 0, groups = 1 } = convolution;
  const parts = groups === 1 ? '' : `, ${groups} groups`;
  const name = `conv ${kernelSize}×${kernelSize} /${stride} +${padding}, ${input} → ${output}${parts}`;
  return suiteCase(name, [input, ...size], batchSize, count, [
    { type: 'conv', name: 'before', outChannels: input, kernelSize: 1 },
    { type: 'conv', name: 'tested', outChannels: output, ...convolution },
    { type: 'relu', name: 'relu' },
    { type: 'flatten', name: 'flatten' },
    { type: 'linear', name: 'last', outFeatures: 5 },
  ]);
}

function poolCase(layer: LayerSpec, input: readonly [number, number, number], batchSize: number): SuiteCase {
  return suiteCase(`${layer.name}, ${input.join('×')}`, input, batchSize, undefined, [
    { type: 'conv', name: 'before', outChannels: input[0], kernelSize: 1 },
    { type: 'relu', name: 'relu' },
    layer,
    { type: 'conv', name: 'after', outChannels: 4, kernelSize: 1 },
    { type: 'flatten', name: 'flatten' },
    { type: 'linear', name: 'last', outFeatures: 5 },
  ]);
}

function linearCase(features: readonly [number, number], batchSize: number, count = batchSize): SuiteCase {
  const [input, hidden] = features;
  return suiteCase(`linear ${input} → ${hidden}`, [input, 1, 1], batchSize, count, [
    { type: 'flatten', name: 'flatten' },
    { type: 'dropout', name: 'dropout1', probability: 0.5 },
    { type: 'linear', name: 'tested', outFeatures: hidden },
    { type: 'relu', name: 'relu' },
    { type: 'dropout', name: 'dropout2', probability: 0.25 },
    { type: 'linear', name: 'last', outFeatures: 10 },
  ]);
}

function suiteCase(
  name: string,
  [channels, height, width]: readonly [number, number, number],
  batchSize: number,
  count: number | undefined,
  layers: readonly LayerSpec[],
): SuiteCase {
  return {
    network: { name, input: { channels, height, width }, layers },
    batchSize,
    count: count ?? batchSize,
  };
}

/** An activation between layers whose way back needs the tensors that it might overwrite. */
function activationCase(
  type: 'tanh' | 'sigmoid',
  channels: number,
  batchSize: number,
  count: number,
): SuiteCase {
  return suiteCase(`${type}, ${channels}`, [3, 9, 7], batchSize, count, [
    { type: 'conv', name: 'conv1', outChannels: channels, kernelSize: 3, padding: 1 },
    { type, name: 'activation1' },
    { type: 'maxPool', name: 'pool', kernelSize: 2, stride: 2 },
    { type, name: 'activation2' },
    { type: 'relu', name: 'relu' },
    { type: 'conv', name: 'conv2', outChannels: channels, kernelSize: 3, padding: 1 },
    { type: 'relu', name: 'relu2' },
    { type, name: 'activation3' },
    { type: 'flatten', name: 'flatten' },
    { type, name: 'activation4' },
    { type: 'linear', name: 'linear', outFeatures: 21 },
    { type, name: 'activation5' },
    { type: 'linear', name: 'last', outFeatures: 5 },
  ]);
}

function lrn(name: string, changes: Partial<LrnSpec>): LayerSpec {
  return { type: 'lrn', name, size: 5, alpha: 0.3, beta: 0.75, k: 2, convention: 'paper', ...changes };
}

function localCase(
  [input, output]: readonly [number, number],
  size: readonly [number, number],
  options: { kernelSize: number; stride?: number; padding?: number },
  batchSize: number,
  count?: number,
): SuiteCase {
  const { kernelSize, stride = 1, padding = 0 } = options;
  const name = `locally connected ${kernelSize}×${kernelSize} /${stride} +${padding}, ${input} → ${output}`;
  return suiteCase(name, [3, ...size], batchSize, count, [
    { type: 'conv', name: 'before', outChannels: input, kernelSize: 1 },
    { type: 'locallyConnected', name: 'tested', outChannels: output, ...options },
    { type: 'relu', name: 'relu' },
    { type: 'flatten', name: 'flatten' },
    { type: 'linear', name: 'last', outFeatures: 5 },
  ]);
}

/** Of images, with and without a ReLU; of what was flattened; and of features. */
function normCase(channels: number, batchSize: number, count: number): SuiteCase {
  return suiteCase(`batch norm, ${channels}`, [3, 6, 5], batchSize, count, [
    { type: 'conv', name: 'conv1', outChannels: channels, kernelSize: 3, padding: 1 },
    { type: 'batchNorm', name: 'bn1' },
    { type: 'relu', name: 'relu1' },
    { type: 'conv', name: 'conv2', outChannels: channels, kernelSize: 3 },
    { type: 'batchNorm', name: 'bn2', epsilon: 0.01, momentum: 0.3 },
    { type: 'tanh', name: 'tanh' },
    { type: 'flatten', name: 'flatten' },
    { type: 'batchNorm', name: 'bn3' },
    { type: 'sigmoid', name: 'sigmoid' },
    { type: 'linear', name: 'linear', outFeatures: 21 },
    { type: 'batchNorm', name: 'bn4' },
    { type: 'relu', name: 'relu2' },
    { type: 'linear', name: 'last', outFeatures: 5 },
  ]);
}

const overlapping: LayerSpec = { type: 'maxPool', name: 'max pool 3×3 /2', kernelSize: 3, stride: 2 };
const separate: LayerSpec = { type: 'maxPool', name: 'max pool 2×2 /2', kernelSize: 2, stride: 2 };
const average: LayerSpec = { type: 'adaptiveAvgPool', name: 'average pool to 6', outputSize: 6 };
const oneAverage: LayerSpec = { type: 'adaptiveAvgPool', name: 'average pool to 1', outputSize: 1 };

export const suiteCases: readonly SuiteCase[] = [
  ...convolutions.map(convolutionCase),
  poolCase(overlapping, [17, 13, 11], 2),
  poolCase(overlapping, [1, 12, 8], 5),
  poolCase(separate, [33, 9, 7], 2),
  poolCase(separate, [16, 12, 12], 1),
  poolCase({ ...overlapping, name: 'max pool 3×3 /2, rounded up', ceilMode: true }, [17, 12, 8], 2),
  poolCase({ ...overlapping, name: 'max pool 3×3 /2 +1', padding: 1 }, [16, 7, 10], 3),
  poolCase(
    { type: 'maxPool', name: 'max pool 8×8 /3 +4', kernelSize: 8, stride: 3, padding: 4 },
    [3, 9, 13],
    2,
  ),
  poolCase(
    { type: 'avgPool', name: 'average 3×3 /2, rounded up', kernelSize: 3, stride: 2, ceilMode: true },
    [17, 8, 6],
    2,
  ),
  poolCase(
    { type: 'avgPool', name: 'average 3×3 /2 +1', kernelSize: 3, stride: 2, padding: 1 },
    [16, 8, 5],
    5,
  ),
  poolCase(
    {
      type: 'avgPool',
      name: 'average 4×4 /3 +2 of pixels',
      kernelSize: 4,
      stride: 3,
      padding: 2,
      countIncludePad: false,
    },
    [5, 11, 7],
    1,
  ),
  poolCase(lrn('lrn of 5, paper', {}), [33, 5, 4], 3),
  poolCase(lrn('lrn of 4, PyTorch', { size: 4, convention: 'pytorch', beta: 0.5 }), [15, 3, 7], 2),
  poolCase(lrn('lrn of 37, Caffe', { size: 37, convention: 'caffe', beta: 1.25, k: 1 }), [40, 2, 3], 2),
  poolCase(
    lrn('lrn of 3×3, Caffe', { size: 3, convention: 'caffe', region: 'withinChannel', beta: 1 }),
    [17, 6, 5],
    3,
  ),
  localCase([3, 5], [6, 5], { kernelSize: 3, padding: 1 }, 7, 3),
  localCase([17, 33], [4, 4], { kernelSize: 3 }, 18),
  localCase([16, 16], [5, 6], { kernelSize: 3, stride: 2, padding: 2 }, 2),
  normCase(17, 18, 18),
  normCase(5, 20, 7),
  activationCase('tanh', 17, 18, 18),
  activationCase('sigmoid', 17, 18, 3),
  poolCase(average, [15, 7, 9], 2),
  poolCase(average, [16, 3, 3], 5),
  poolCase(average, [3, 6, 6], 7),
  poolCase(oneAverage, [17, 5, 4], 2),
  linearCase([1, 1], 1),
  linearCase([15, 33], 5),
  linearCase([16, 16], 7, 2),
  linearCase([37, 17], 2),
  linearCase([130, 100], 7),
  { network: everyLayer, batchSize: 7, count: 5 },
  { network: buildNetwork('alexnet-32', { classes: 10 }), batchSize: 2, count: 2 },
];

/**
 * A bias before batch normalisation changes nothing: its gradient is 0 but for rounding, which is measured by that of the
 * weight beside it.
 */
export function besideZero({ layers }: NetworkSpec, parameter: string): string[] {
  const index = layers.findIndex(({ name }) => parameter === `${name}.bias`);
  return layers[index + 1]?.type === 'batchNorm' ? [`${layers[index]!.name}.weight`] : [];
}
