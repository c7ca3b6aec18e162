/**
 * The networks for CIFAR-10 that came with cuda-convnet (Krizhevsky 2011; example-layers/layers-*.cfg), named by the
 * test error, or the time, that they were known for. Sizes of pools are rounded up. `paper` initialisation is each
 * layer's initW.
 */
import type { ConvSpec, LayerSpec, LinearSpec, LrnSpec, NetworkSpec } from '../spec.ts';
import type { NetworkOptions } from './networkOptions.ts';

function convolution(name: string, outChannels: number, weightStd: number): ConvSpec {
  const initial = { weightStd, bias: 0 };
  return { type: 'conv', name, outChannels, kernelSize: 5, padding: 2, initial };
}

function linear(name: string, outFeatures: number, weightStd: number): LinearSpec {
  return { type: 'linear', name, outFeatures, initial: { weightStd, bias: 0 } };
}

function pool(type: 'maxPool' | 'avgPool', name: string): LayerSpec {
  return { type, name, kernelSize: 3, stride: 2, ceilMode: true };
}

function network(
  name: string,
  { inputSize }: NetworkOptions,
  size: number,
  layers: readonly LayerSpec[],
): NetworkSpec {
  const side = inputSize ?? size;
  return { name, input: { channels: 3, height: side, width: side }, layers };
}

/** 26 % test error in 80 seconds on a GTX 580. 145,578 parameters. */
export function net80sec(options: NetworkOptions): NetworkSpec {
  return network('80sec', options, 32, [
    convolution('conv1', 32, 0.0001),
    pool('maxPool', 'pool1'),
    { type: 'relu', name: 'relu1' },
    convolution('conv2', 32, 0.01),
    { type: 'relu', name: 'relu2' },
    pool('avgPool', 'pool2'),
    convolution('conv3', 64, 0.01),
    { type: 'relu', name: 'relu3' },
    pool('avgPool', 'pool3'),
    { type: 'flatten', name: 'flatten' },
    linear('fc64', 64, 0.1),
    { type: 'relu', name: 'relu4' },
    linear('fc10', options.classes, 0.1),
  ]);
}

/** 18 % test error with crops and flips: normalisation over 3 × 3 pixels after the first two pools. */
export function net18pct(options: NetworkOptions): NetworkSpec {
  const lrn = (name: string): LrnSpec => ({
    type: 'lrn',
    name,
    size: 3,
    alpha: 5e-5,
    beta: 0.75,
    k: 1,
    convention: 'caffe',
    region: 'withinChannel',
  });
  return network('18pct', options, 32, [
    convolution('conv1', 32, 0.0001),
    pool('maxPool', 'pool1'),
    { type: 'relu', name: 'relu1' },
    lrn('rnorm1'),
    convolution('conv2', 32, 0.01),
    { type: 'relu', name: 'relu2' },
    pool('avgPool', 'pool2'),
    lrn('rnorm2'),
    convolution('conv3', 64, 0.01),
    { type: 'relu', name: 'relu3' },
    pool('avgPool', 'pool3'),
    { type: 'flatten', name: 'flatten' },
    linear('fc10', options.classes, 0.01),
  ]);
}

/**
 * 13 % test error on crops of 24 × 24 and flips: it ends in two locally connected layers. `name` 11pct adds normalisation
 * across 9 channels, and doubles the first of those: 11 %.
 */
export function netLocal(name: '13pct' | '11pct'): (options: NetworkOptions) => NetworkSpec {
  const isNormalised = name === '11pct';
  const lrn = (own: string): readonly LayerSpec[] => {
    if (!isNormalised) return [];
    return [{ type: 'lrn', name: own, size: 9, alpha: 0.001, beta: 0.75, k: 1, convention: 'caffe' }];
  };
  const local = (own: string, outChannels: number): LayerSpec => ({
    type: 'locallyConnected',
    name: own,
    outChannels,
    kernelSize: 3,
    padding: 1,
    initial: { weightStd: 0.04, bias: 0 },
  });
  return (options) =>
    network(name, options, 24, [
      convolution('conv1', 64, 0.0001),
      { type: 'relu', name: 'relu1' },
      pool('maxPool', 'pool1'),
      ...lrn('rnorm1'),
      convolution('conv2', 64, 0.01),
      { type: 'relu', name: 'relu2' },
      ...lrn('rnorm2'),
      pool('maxPool', 'pool2'),
      local('local3', isNormalised ? 64 : 32),
      { type: 'relu', name: 'relu3' },
      local('local4', 32),
      { type: 'relu', name: 'relu4' },
      { type: 'flatten', name: 'flatten' },
      linear('fc10', options.classes, 0.01),
    ]);
}

/**
 * The four-layer network whose training error the 2012 paper's Figure 1 follows with ReLU and with tanh: the paper does
 * not print its layers; these are those of 80sec and 18pct, of the same author and year, with one activation throughout.
 */
export function figure1(activation: 'relu' | 'tanh' | 'sigmoid'): (options: NetworkOptions) => NetworkSpec {
  const name = activation === 'relu' ? 'figure-1' : `figure-1-${activation}`;
  return (options) =>
    network(name, options, 32, [
      convolution('conv1', 32, 0.0001),
      { type: activation, name: 'activation1' },
      pool('maxPool', 'pool1'),
      convolution('conv2', 32, 0.01),
      { type: activation, name: 'activation2' },
      pool('avgPool', 'pool2'),
      convolution('conv3', 64, 0.01),
      { type: activation, name: 'activation3' },
      pool('avgPool', 'pool3'),
      { type: 'flatten', name: 'flatten' },
      linear('fc10', options.classes, 0.01),
    ]);
}
