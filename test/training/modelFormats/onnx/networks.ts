/** Small networks with every layer in every way that ONNX has no single operator for, or several. */
import { initialise } from '../../../../src/network/initialise.ts';
import type { LayerSpec, NetworkSpec } from '../../../../src/network/spec.ts';

export type NamedParameters = ReadonlyMap<string, Float32Array>;

/** Random weights, biases and statistics. */
export function randomParameters(network: NetworkSpec): NamedParameters {
  const parameters = new Map<string, Float32Array>();
  initialise(network, { scheme: 'torchvision', seed: 3 }, (name, values) => {
    const statistic = /running_(mean|var)$/.test(name);
    parameters.set(name, statistic ? values.map((value, at) => value + ((at * 7) % 5) / 4) : values);
  });
  return parameters;
}

/** From -1 to 1. */
export function patternedImages({ input }: NetworkSpec, count: number): Float32Array {
  const length = count * input.channels * input.height * input.width;
  return Float32Array.from({ length }, (_, i) => ((i * i * 37 + i) % 101) / 50 - 1);
}

const conv1: LayerSpec = { type: 'conv', name: 'conv1', outChannels: 6, kernelSize: 3, padding: 1 };
const end: readonly LayerSpec[] = [
  { type: 'flatten', name: 'flatten' },
  { type: 'dropout', name: 'dropout', probability: 0.5 },
  { type: 'linear', name: 'last', outFeatures: 5 },
];

/** A convolution, the layer, and a linear layer, for 3 × 11 × 9. */
function around(name: string, ...layers: readonly LayerSpec[]): NetworkSpec {
  return { name, input: { channels: 3, height: 11, width: 9 }, layers: [conv1, ...layers, ...end] };
}

const lrn = { type: 'lrn', name: 'lrn', alpha: 0.3, beta: 0.75, k: 0.5 } as const;
const pool = { name: 'pool', kernelSize: 3, stride: 2 } as const;

export const oneLayerNetworks: readonly NetworkSpec[] = [
  around(
    'groups and activations',
    { type: 'conv', name: 'conv2', outChannels: 4, kernelSize: 3, stride: 2, padding: 2, groups: 2 },
    { type: 'relu', name: 'relu' },
    { type: 'conv', name: 'conv3', outChannels: 4, kernelSize: 1 },
    { type: 'tanh', name: 'tanh' },
    { type: 'flatten', name: 'vector' },
    { type: 'linear', name: 'fc', outFeatures: 7 },
    { type: 'sigmoid', name: 'sigmoid' },
  ),
  around(
    'normalised by batches',
    { type: 'batchNorm', name: 'norm1' },
    { type: 'flatten', name: 'vector' },
    { type: 'linear', name: 'fc', outFeatures: 7 },
    { type: 'batchNorm', name: 'norm2', epsilon: 0.125, momentum: 0.25 },
  ),
  around('locally connected', { type: 'locallyConnected', name: 'local', outChannels: 4, kernelSize: 3 }),
  around('locally connected, padded and strided', {
    type: 'locallyConnected',
    name: 'local',
    outChannels: 3,
    kernelSize: 4,
    stride: 3,
    padding: 2,
  }),
  around('maximum', { type: 'maxPool', ...pool }),
  around('maximum, padded', { type: 'maxPool', ...pool, padding: 1 }),
  around('maximum, rounded up', { type: 'maxPool', ...pool, kernelSize: 2, ceilMode: true }),
  around('maximum, padded and rounded up', {
    type: 'maxPool',
    ...pool,
    stride: 3,
    padding: 1,
    ceilMode: true,
  }),
  around('mean', { type: 'avgPool', ...pool }),
  around('mean, padded', { type: 'avgPool', ...pool, padding: 1 }),
  around('mean without padding, rounded up', { type: 'avgPool', ...pool, kernelSize: 2, ceilMode: true }),
  around('mean, padding not counted, rounded up', {
    type: 'avgPool',
    ...pool,
    stride: 3,
    padding: 1,
    ceilMode: true,
    countIncludePad: false,
  }),
  around('mean, padding counted, rounded up', {
    type: 'avgPool',
    ...pool,
    stride: 3,
    padding: 1,
    ceilMode: true,
  }),
  around('adaptive mean to 1', { type: 'adaptiveAvgPool', name: 'pool', outputSize: 1 }),
  around('adaptive mean to 4', { type: 'adaptiveAvgPool', name: 'pool', outputSize: 4 }),
  around(
    'adaptive means of equal windows',
    { type: 'maxPool', name: 'first', kernelSize: 6, stride: 1 },
    { type: 'adaptiveAvgPool', name: 'pool', outputSize: 2 },
  ),
  around("normalised as PyTorch's", { ...lrn, size: 5, convention: 'pytorch' }),
  around("normalised as PyTorch's, even", { ...lrn, size: 4, convention: 'pytorch' }),
  around('normalised as the paper', { ...lrn, size: 5, convention: 'paper' }),
  around("normalised as the paper's, even", { ...lrn, size: 2, convention: 'paper' }),
  around("normalised as Caffe's", { ...lrn, size: 3, convention: 'caffe' }),
  around('normalised within channels', { ...lrn, size: 3, convention: 'caffe', region: 'withinChannel' }),
];
