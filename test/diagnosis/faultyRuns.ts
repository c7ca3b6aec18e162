/** Small trainings that are really made to have one fault each, and one that has none. */
import { resize, toTensor } from '../../src/data/transforms.ts';
import type { MemoryDataset } from '../../src/data/dataset.ts';
import type { DatasetSplits } from '../../src/data/datasets.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import { createGenerator } from '../../src/random/generator.ts';
import type { TrainingOptions } from '../../src/training/trainingOptions.ts';
import { tinyDataset, tinyNetwork } from '../training/tinyTraining.ts';

/** A fiftieth of alexnet-32's arithmetic. */
const small: NetworkSpec = {
  name: 'small',
  input: { channels: 3, height: 32, width: 32 },
  layers: [
    { type: 'conv', name: 'features.0', outChannels: 16, kernelSize: 5, stride: 2, padding: 2 },
    { type: 'relu', name: 'features.1' },
    { type: 'maxPool', name: 'features.2', kernelSize: 3, stride: 2 },
    { type: 'conv', name: 'features.3', outChannels: 32, kernelSize: 3, padding: 1 },
    { type: 'relu', name: 'features.4' },
    { type: 'maxPool', name: 'features.5', kernelSize: 3, stride: 2 },
    { type: 'flatten', name: 'flatten' },
    { type: 'linear', name: 'classifier.0', outFeatures: 64 },
    { type: 'relu', name: 'classifier.1' },
    { type: 'linear', name: 'classifier.2', outFeatures: 10 },
  ],
};

const common = { workers: 0, tensorboard: false, initialization: 'he', batchSize: 16, logEvery: 10 } as const;

/** What `npm start` trains with. */
const demo = {
  ...common,
  network: 'alexnet-32',
  dataset: 'shapes',
  learningRate: 0.01,
  dropout: 0.2,
  weightDecay: 5e-4,
} as const;

const onShapes = { ...demo, network: small, dropout: null, limitTrain: 1600, limitTest: 300 } as const;

export const clean: DatasetSplits = { train: tinyDataset('train', 600), test: tinyDataset('test', 200) };

function withLabels(dataset: MemoryDataset, labels: (label: number, index: number) => number): MemoryDataset {
  const { length } = dataset;
  const own = new Uint8Array(new SharedArrayBuffer(length));
  for (let i = 0; i < length; i++) own[i] = labels(dataset.labels[i]!, i);
  return { ...dataset, labels: own };
}

/** A fifth of the labels is another class's. */
function flipped(): DatasetSplits {
  const generator = createGenerator(5, 4);
  const flip = (label: number): number => (label + 1 + generator.below(2)) % 3;
  const draw = (label: number): number => (generator.uniform() < 0.2 ? flip(label) : label);
  return { train: withLabels(clean.train as MemoryDataset, draw), test: clean.test };
}

/** The last class has one image of twenty that the others have. */
function unbalanced(): DatasetSplits {
  const { images, labels, ...rest } = clean.train as MemoryDataset;
  const kept = [...labels.keys()].filter((i) => labels[i] !== 2 || i % 20 === 0);
  const own = new Uint8Array(new SharedArrayBuffer(192 * kept.length));
  kept.forEach((from, to) => own.set(images.subarray(192 * from, 192 * (from + 1)), 192 * to));
  const ownLabels = new Uint8Array(new SharedArrayBuffer(kept.length));
  kept.forEach((from, to) => (ownLabels[to] = labels[from]!));
  return { train: { ...rest, length: kept.length, images: own, labels: ownLabels }, test: clean.test };
}

const onTiny = { ...common, network: tinyNetwork, learningRate: 0.02, epochs: 6 } as const;

export const runs = {
  healthy: { ...demo, limitTrain: 1000, limitTest: 300, epochs: 2 },
  'rate × 100': { ...onShapes, learningRate: 1, epochs: 1 },
  'rate × 10': { ...onShapes, learningRate: 0.1, epochs: 2 },
  'rate / 1000': { ...onShapes, learningRate: 1e-5, epochs: 1 },
  "the article's first weights and rate": {
    ...demo,
    initialization: 'torchvision',
    learningRate: 0.001,
    weightDecay: 0,
    limitTrain: 480,
    limitTest: 100,
    epochs: 1,
  },
  'few images, many epochs': { ...onShapes, limitTrain: 100, epochs: 20, weightDecay: 0 },
  'a fifth of the labels flipped': { ...onTiny, dataset: flipped() },
  'a class twenty times as rare': { ...onTiny, dataset: unbalanced() },
  'images that take long to load': {
    ...common,
    dataset: { train: tinyDataset('train', 96), test: tinyDataset('test', 40) },
    network: tinyNetwork,
    // Up to 128 times the network's side and down again, on one thread.
    transforms: [resize(1024), resize(8), toTensor()],
    workers: 1,
    epochs: 1,
    learningRate: 0.02,
  },
} as const satisfies Record<string, TrainingOptions>;

export type RunName = keyof typeof runs;
