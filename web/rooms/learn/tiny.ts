/** The smallest training that learns something one can see: drawn pictures, two convolutions. */
import type { NetworkSpec } from '../../../src/network/spec.ts';
import type { Activation } from './activation.ts';

export const tinySteps = 300;
export const tinyBatch = 32;
export const tinyImages = 2400;
export const tinyTests = 200;

/** What the page asks of tiny.worker.ts. */
export interface TinyRequest {
  readonly activation: Activation;
  readonly learningRate: number;
}

/** What it hears. */
export type TinyMessage =
  | { readonly type: 'step'; readonly step: number; readonly loss: number }
  | { readonly type: 'done'; readonly accuracy: number; readonly seconds: number }
  | { readonly type: 'failed'; readonly message: string };

export function tinyNetwork(activation: Activation, classes: number): NetworkSpec {
  return {
    name: `tiny-${activation}`,
    input: { channels: 3, height: 32, width: 32 },
    layers: [
      { type: 'conv', name: 'conv1', outChannels: 16, kernelSize: 5, stride: 2, padding: 2 },
      { type: activation, name: `${activation}1` },
      { type: 'maxPool', name: 'pool1', kernelSize: 3, stride: 2 },
      { type: 'conv', name: 'conv2', outChannels: 32, kernelSize: 3, padding: 1 },
      { type: activation, name: `${activation}2` },
      { type: 'maxPool', name: 'pool2', kernelSize: 3, stride: 2 },
      { type: 'flatten', name: 'flatten' },
      { type: 'linear', name: 'linear', outFeatures: classes },
    ],
  };
}
