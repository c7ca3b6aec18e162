/** The plain deep network of the lab vanishing-gradient, and the way of a gradient back through it. */
import type { LayerSpec, NetworkSpec } from '../../src/index.ts';

export const activations = ['sigmoid', 'tanh', 'relu'] as const;
export type Activation = (typeof activations)[number];

/** As they are written. */
export const activationNames: Readonly<Record<Activation, string>> = {
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  relu: 'ReLU',
};

/** Slopes by the output, not the input. */
const slopes: Readonly<Record<Activation, (output: number) => number>> = {
  sigmoid: (y) => y * (1 - y),
  tanh: (y) => 1 - y * y,
  relu: (y) => (y > 0 ? 1 : 0),
};

const channels = 16;
const side = 4;

/** A convolution that makes the image small, convolutions that are all alike, and a linear layer: `layers` with weights. */
export function plainNetwork(activation: Activation, layers: number, classes: number): NetworkSpec {
  const bend = (layer: number): LayerSpec => ({ type: activation, name: `${activation}${layer}` });
  const alike = Array.from({ length: layers - 2 }, (_, i): LayerSpec[] => [
    { type: 'conv', name: `conv${i + 2}`, outChannels: channels, kernelSize: 3, padding: 1 },
    bend(i + 2),
  ]);
  return {
    name: `plain-${activation}-${layers}`,
    input: { channels: 3, height: 32, width: 32 },
    layers: [
      { type: 'conv', name: 'conv1', outChannels: channels, kernelSize: 5, padding: 2, stride: 2 },
      bend(1),
      { type: 'avgPool', name: 'pool', kernelSize: 4, stride: 4 },
      ...alike.flat(),
      { type: 'flatten', name: 'flatten' },
      { type: 'linear', name: `linear${layers}`, outFeatures: classes },
    ],
  };
}

/** Of the layers with weights, in order. */
export function weightNames({ layers }: NetworkSpec): string[] {
  return layers
    .filter(({ type }) => type === 'conv' || type === 'linear')
    .map(({ name }) => `${name}.weight`);
}

/** What a layer leaves of the gradient that comes back to it: the share that its weights leave, and its activation. */
export interface Passage {
  readonly layer: number;
  readonly weights: number;
  readonly activation: number;
  /** The gradient of the loss by what goes into the activation: [count, channels, side, side]. */
  readonly gradient: Float64Array;
}

export interface Pass {
  readonly activation: Activation;
  /** Of each layer with weights, and outputs of each activation; both in order. */
  readonly weights: readonly ArrayLike<number>[];
  readonly outputs: readonly ArrayLike<number>[];
  readonly logits: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
}

/** Backpropagation by hand, in float64: from the loss back to the second layer. */
export function wayBack({ activation, weights, outputs, logits, labels }: Pass): Passage[] {
  const last = weights.length;
  let gradient = lossGradient(logits, labels);
  const passages: Passage[] = [];
  for (let layer = last - 1; layer >= 2; layer--) {
    const above = weights[layer]!;
    const arrived =
      layer === last - 1
        ? throughLinear(gradient, above, labels.length)
        : throughConvolution(gradient, above);
    const output = outputs[layer - 1]!;
    const passed = arrived.map((value, i) => value * slopes[activation](output[i]!));
    passages.push({
      layer,
      weights: length(arrived) / length(gradient),
      activation: length(passed) / length(arrived),
      gradient: passed,
    });
    gradient = passed;
  }
  return passages;
}

/** Of the mean cross-entropy by the logits: (softmax - target) / count. */
function lossGradient(logits: ArrayLike<number>, labels: ArrayLike<number>): Float64Array {
  const classes = logits.length / labels.length;
  const gradient = new Float64Array(logits.length);
  for (let image = 0; image < labels.length; image++) {
    const powers = Array.from({ length: classes }, (_, i) => Math.exp(logits[image * classes + i]!));
    const sum = powers.reduce((total, power) => total + power, 0);
    for (const [i, power] of powers.entries())
      gradient[image * classes + i] = (power / sum - (i === labels[image] ? 1 : 0)) / labels.length;
  }
  return gradient;
}

function throughLinear(gradient: Float64Array, weight: ArrayLike<number>, count: number): Float64Array {
  const classes = gradient.length / count;
  const features = weight.length / classes;
  const arrived = new Float64Array(count * features);
  for (let row = 0; row < gradient.length; row++) {
    const image = Math.floor(row / classes) * features;
    const from = (row % classes) * features;
    for (let i = 0; i < features; i++) arrived[image + i]! += gradient[row]! * weight[from + i]!;
  }
  return arrived;
}

/** Back through a 3×3 convolution with padding 1: each output's gradient goes to the nine pixels that it came from. */
function throughConvolution(gradient: Float64Array, weight: ArrayLike<number>): Float64Array {
  const arrived = new Float64Array(gradient.length);
  const plane = side * side;
  for (let at = 0; at < gradient.length; at++) {
    const image = Math.floor(at / (channels * plane)) * channels * plane;
    const out = Math.floor(at / plane) % channels;
    const [y, x] = [Math.floor((at % plane) / side), at % side];
    for (let tap = 0; tap < 9; tap++) {
      const [row, column] = [y + Math.floor(tap / 3) - 1, x + (tap % 3) - 1];
      if (row < 0 || row >= side || column < 0 || column >= side) continue;
      for (let c = 0; c < channels; c++)
        arrived[image + c * plane + row * side + column]! +=
          gradient[at]! * weight[(out * channels + c) * 9 + tap]!;
    }
  }
  return arrived;
}

export function length(values: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i]! ** 2;
  return Math.sqrt(squares);
}
