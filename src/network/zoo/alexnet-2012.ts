import type { ConvSpec, InitialValues, LayerSpec, LrnSpec, NetworkSpec } from '../spec.ts';
import type { NetworkOptions } from './networkOptions.ts';

/** N(0, 0.01), and biases of 1 where the paper has them. */
export const [biasZero, biasOne]: readonly InitialValues[] = [0, 1].map((bias) => ({
  weightStd: 0.01,
  bias,
}));

export function convolution(name: string, spec: Omit<ConvSpec, 'type' | 'name'>): ConvSpec {
  return { type: 'conv', name, ...spec };
}

/** Over 5 channels, alpha 1e-4, beta 0.75. */
export function lrn(name: string, k: number, convention: LrnSpec['convention']): LrnSpec {
  return { type: 'lrn', name, size: 5, alpha: 1e-4, beta: 0.75, k, convention };
}

export function pool(name: string): LayerSpec {
  return { type: 'maxPool', name, kernelSize: 3, stride: 2 };
}

/**
 * The network of Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural Networks"
 * (NIPS 2012): two towers, which are two groups of channels, that see each other in the third convolution and in the
 * linear layers; local response normalisation before pooling. 60,965,224 parameters for 1000 classes. The paper prints
 * inputs of 224 × 224; 55 × 55 outputs of the first convolution need 227.
 */
export function alexnet2012({ classes, inputSize = 227, dropout = 0.5 }: NetworkOptions): NetworkSpec {
  return {
    name: 'alexnet-2012',
    input: { channels: 3, height: inputSize, width: inputSize },
    layers: [
      convolution('features.0', { outChannels: 96, kernelSize: 11, stride: 4, initial: biasZero }),
      { type: 'relu', name: 'features.1' },
      lrn('features.2', 2, 'paper'),
      pool('features.3'),
      convolution('features.4', { outChannels: 256, kernelSize: 5, padding: 2, groups: 2, initial: biasOne }),
      { type: 'relu', name: 'features.5' },
      lrn('features.6', 2, 'paper'),
      pool('features.7'),
      ...lastConvolutions(8),
      ...classifier(classes, dropout, biasOne),
    ],
  };
}

/** The third to the fifth convolution, numbered from `first`. */
export function lastConvolutions(first: number): LayerSpec[] {
  const shared = { kernelSize: 3, padding: 1 } as const;
  const name = (index: number): string => `features.${first + index}`;
  return [
    convolution(name(0), { outChannels: 384, ...shared, initial: biasZero }),
    { type: 'relu', name: name(1) },
    convolution(name(2), { outChannels: 384, ...shared, groups: 2, initial: biasOne }),
    { type: 'relu', name: name(3) },
    convolution(name(4), { outChannels: 256, ...shared, groups: 2, initial: biasOne }),
    { type: 'relu', name: name(5) },
    pool(name(6)),
  ];
}

/** Dropout follows the two hidden layers. */
export function classifier(classes: number, probability: number, hidden: InitialValues): LayerSpec[] {
  return [
    { type: 'flatten', name: 'flatten' },
    { type: 'linear', name: 'classifier.0', outFeatures: 4096, initial: hidden },
    { type: 'relu', name: 'classifier.1' },
    { type: 'dropout', name: 'classifier.2', probability },
    { type: 'linear', name: 'classifier.3', outFeatures: 4096, initial: hidden },
    { type: 'relu', name: 'classifier.4' },
    { type: 'dropout', name: 'classifier.5', probability },
    { type: 'linear', name: 'classifier.6', outFeatures: classes, initial: biasZero },
  ];
}
