import { createGenerator } from '../../src/random/generator.ts';
import { imageBatch, type ImageBatch } from '../../src/model/imageBatch.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';

/** AlexNet's layer types at the smallest sizes: 8×8 images, 3 classes. */
export const tinyNetwork: NetworkSpec = {
  name: 'tiny',
  input: { channels: 3, height: 8, width: 8 },
  layers: [
    { type: 'conv', name: 'features.0', outChannels: 4, kernelSize: 3, padding: 1 },
    { type: 'relu', name: 'features.1' },
    { type: 'maxPool', name: 'features.2', kernelSize: 3, stride: 2 },
    { type: 'flatten', name: 'flatten' },
    { type: 'dropout', name: 'classifier.0', probability: 0.5 },
    { type: 'linear', name: 'classifier.1', outFeatures: 3 },
  ],
};

export interface TinyBatch {
  readonly inputs: ImageBatch;
  readonly labels: Uint8Array;
}

/** Random images and labels; the same for the same number. */
export function tinyBatch(images: number, number: number): TinyBatch {
  const generator = createGenerator(99, 4, number);
  const pixels = Float32Array.from({ length: images * 3 * 8 * 8 }, () => 2 * generator.uniform() - 1);
  const labels = Uint8Array.from({ length: images }, () => generator.below(3));
  return { inputs: imageBatch(pixels, [images, 3, 8, 8]), labels };
}
