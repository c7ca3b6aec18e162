import type { NetworkSpec } from '../../src/network/spec.ts';
import { train } from '../../src/training/train.ts';

/** Quick to train and to look into. */
const network: NetworkSpec = {
  name: 'small',
  input: { channels: 3, height: 32, width: 32 },
  layers: [
    { type: 'conv', name: 'c1', outChannels: 8, kernelSize: 5, stride: 2 },
    { type: 'relu', name: 'r1' },
    { type: 'maxPool', name: 'p1', kernelSize: 2, stride: 2 },
    { type: 'conv', name: 'c2', outChannels: 8, kernelSize: 3 },
    { type: 'relu', name: 'r2' },
    { type: 'flatten', name: 'flatten' },
    { type: 'linear', name: 'hidden', outFeatures: 16 },
    { type: 'relu', name: 'r3' },
    { type: 'linear', name: 'classifier', outFeatures: 10 },
  ],
};

/** Trains a small network on a few shapes for two epochs, into a folder. */
export async function trainedRun(out: string): Promise<void> {
  await train({
    network,
    dataset: 'shapes',
    limitTrain: 160,
    limitTest: 80,
    validation: 0.2,
    epochs: 2,
    batchSize: 16,
    initialization: 'he',
    learningRate: 0.02,
    preprocess: 'article',
    logEvery: 2,
    watchEvery: 4,
    threads: 1,
    workers: 0,
    tensorboard: false,
    out,
  });
}
