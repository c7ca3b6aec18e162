import type { NetworkSpec } from '../spec.ts';
import type { NetworkOptions } from './networkOptions.ts';

/**
 * torchvision's `alexnet`: one tower, no local response normalisation, the paper's "One weird trick"
 * (Krizhevsky 2014) channel counts. Names are torchvision's, so its weights fit.
 */
export function alexnet({ classes, inputSize = 224, dropout = 0.5 }: NetworkOptions): NetworkSpec {
  return {
    name: 'alexnet',
    input: { channels: 3, height: inputSize, width: inputSize },
    layers: [
      { type: 'conv', name: 'features.0', outChannels: 64, kernelSize: 11, stride: 4, padding: 2 },
      { type: 'relu', name: 'features.1' },
      { type: 'maxPool', name: 'features.2', kernelSize: 3, stride: 2 },
      { type: 'conv', name: 'features.3', outChannels: 192, kernelSize: 5, padding: 2 },
      { type: 'relu', name: 'features.4' },
      { type: 'maxPool', name: 'features.5', kernelSize: 3, stride: 2 },
      { type: 'conv', name: 'features.6', outChannels: 384, kernelSize: 3, padding: 1 },
      { type: 'relu', name: 'features.7' },
      { type: 'conv', name: 'features.8', outChannels: 256, kernelSize: 3, padding: 1 },
      { type: 'relu', name: 'features.9' },
      { type: 'conv', name: 'features.10', outChannels: 256, kernelSize: 3, padding: 1 },
      { type: 'relu', name: 'features.11' },
      { type: 'maxPool', name: 'features.12', kernelSize: 3, stride: 2 },
      { type: 'adaptiveAvgPool', name: 'avgpool', outputSize: 6 },
      { type: 'flatten', name: 'flatten' },
      { type: 'dropout', name: 'classifier.0', probability: dropout },
      { type: 'linear', name: 'classifier.1', outFeatures: 4096 },
      { type: 'relu', name: 'classifier.2' },
      { type: 'dropout', name: 'classifier.3', probability: dropout },
      { type: 'linear', name: 'classifier.4', outFeatures: 4096 },
      { type: 'relu', name: 'classifier.5' },
      { type: 'linear', name: 'classifier.6', outFeatures: classes },
    ],
  };
}
