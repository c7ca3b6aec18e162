/** The network whose operations are timed to see by how much each kind of them misses the model. */
import type { LayerSpec, NetworkSpec } from '../../../network/spec.ts';

export const sampleBatch = 32;

const pool: Pick<Extract<LayerSpec, { type: 'maxPool' }>, 'type' | 'kernelSize' | 'stride'> = {
  type: 'maxPool',
  kernelSize: 3,
  stride: 2,
};

/** AlexNet's kinds of layers and numbers of channels, at a tenth of its work and memory. */
export const sampleNetwork: NetworkSpec = {
  name: 'sample',
  input: { channels: 3, height: 131, width: 131 },
  layers: [
    { type: 'conv', name: '0', outChannels: 64, kernelSize: 11, stride: 4, padding: 2 },
    { type: 'relu', name: '1' },
    { ...pool, name: '2' },
    { type: 'conv', name: '3', outChannels: 192, kernelSize: 5, padding: 2 },
    { type: 'relu', name: '4' },
    { type: 'lrn', name: '4 norm', size: 5, alpha: 1e-4, beta: 0.75, k: 2, convention: 'paper' },
    { ...pool, name: '5' },
    // Of one pixel: done directly.
    { type: 'conv', name: '6', outChannels: 192, kernelSize: 1 },
    { type: 'conv', name: '7', outChannels: 384, kernelSize: 3, padding: 1 },
    { type: 'relu', name: '8' },
    { type: 'conv', name: '9', outChannels: 256, kernelSize: 3, padding: 1 },
    { type: 'batchNorm', name: '9 norm' },
    { type: 'relu', name: '10' },
    { ...pool, name: '11', type: 'avgPool' },
    { type: 'locallyConnected', name: '11 local', outChannels: 256, kernelSize: 3, padding: 1 },
    { type: 'tanh', name: '11 tanh' },
    { type: 'flatten', name: '12' },
    { type: 'dropout', name: '13', probability: 0.5 },
    { type: 'linear', name: '14', outFeatures: 4096 },
    { type: 'relu', name: '15' },
    { type: 'linear', name: '16', outFeatures: 10 },
  ],
};
