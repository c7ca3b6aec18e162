import type { LayerSpec, NetworkSpec } from '../spec.ts';
import { biasOne, biasZero, classifier, convolution, lastConvolutions, lrn, pool } from './alexnet-2012.ts';
import type { NetworkOptions } from './networkOptions.ts';

/**
 * Caffe's variant of the 2012 network (bvlc_reference_caffenet; Jia et al., 2014): pooling before normalisation, which is
 * Caffe's (k 1, alpha divided by the number of channels summed), and pooled sizes rounded up.
 */
export function caffenet({ classes, inputSize = 227, dropout = 0.5 }: NetworkOptions): NetworkSpec {
  const layers: readonly LayerSpec[] = [
    convolution('features.0', { outChannels: 96, kernelSize: 11, stride: 4, initial: biasZero }),
    { type: 'relu', name: 'features.1' },
    pool('features.2'),
    lrn('features.3', 1, 'caffe'),
    convolution('features.4', { outChannels: 256, kernelSize: 5, padding: 2, groups: 2, initial: biasOne }),
    { type: 'relu', name: 'features.5' },
    pool('features.6'),
    lrn('features.7', 1, 'caffe'),
    ...lastConvolutions(8),
    ...classifier(classes, dropout, { weightStd: 0.005, bias: 1 }),
  ];
  return {
    name: 'caffenet',
    input: { channels: 3, height: inputSize, width: inputSize },
    layers: layers.map((layer) => (layer.type === 'maxPool' ? { ...layer, ceilMode: true } : layer)),
  };
}
