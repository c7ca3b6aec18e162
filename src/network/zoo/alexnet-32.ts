import type { NetworkSpec } from '../spec.ts';
import type { NetworkOptions } from './networkOptions.ts';

/**
 * AlexNet's design for 32×32 images: five convolutions, overlapping 3×3 pooling with stride 2, dropout, three
 * linear layers. Channels are torchvision's divided by four, hidden features by eight; the first convolution keeps
 * its resolution, for there is little to lose. 12.7 M multiply-adds an image, against 710 M.
 */
export function alexnet32({ classes, inputSize = 32, dropout = 0.5 }: NetworkOptions): NetworkSpec {
  return {
    name: 'alexnet-32',
    input: { channels: 3, height: inputSize, width: inputSize },
    layers: [
      { type: 'conv', name: 'features.0', outChannels: 16, kernelSize: 5, padding: 2 },
      { type: 'relu', name: 'features.1' },
      { type: 'maxPool', name: 'features.2', kernelSize: 3, stride: 2 },
      { type: 'conv', name: 'features.3', outChannels: 48, kernelSize: 5, padding: 2 },
      { type: 'relu', name: 'features.4' },
      { type: 'maxPool', name: 'features.5', kernelSize: 3, stride: 2 },
      { type: 'conv', name: 'features.6', outChannels: 96, kernelSize: 3, padding: 1 },
      { type: 'relu', name: 'features.7' },
      { type: 'conv', name: 'features.8', outChannels: 64, kernelSize: 3, padding: 1 },
      { type: 'relu', name: 'features.9' },
      { type: 'conv', name: 'features.10', outChannels: 64, kernelSize: 3, padding: 1 },
      { type: 'relu', name: 'features.11' },
      { type: 'maxPool', name: 'features.12', kernelSize: 3, stride: 2 },
      { type: 'adaptiveAvgPool', name: 'avgpool', outputSize: 3 },
      { type: 'flatten', name: 'flatten' },
      { type: 'dropout', name: 'classifier.0', probability: dropout },
      { type: 'linear', name: 'classifier.1', outFeatures: 512 },
      { type: 'relu', name: 'classifier.2' },
      { type: 'dropout', name: 'classifier.3', probability: dropout },
      { type: 'linear', name: 'classifier.4', outFeatures: 512 },
      { type: 'relu', name: 'classifier.5' },
      { type: 'linear', name: 'classifier.6', outFeatures: classes },
    ],
  };
}
