import type { TrainingConfig } from '../trainingOptions.ts';

/**
 * The article's job: torchvision's AlexNet on CIFAR-10, images resized to 224, batches of 32, SGD with learning rate
 * 0.001 and momentum 0.9, one epoch. The checkpoints are ours, and so are the values that only take effect with options
 * that the article does not use: they are PyTorch's defaults where it has them (AdamW, StepLR, OneCycleLR, ReduceLROnPlateau).
 */
export const articleRecipe: TrainingConfig = {
  recipe: 'article',
  network: 'alexnet',
  initialization: 'torchvision',
  dataset: 'cifar10',
  preprocess: 'article',
  shuffle: true,
  epochs: 1,
  batchSize: 32,
  accumulate: 1,
  optimizer: 'sgd',
  learningRate: 0.001,
  momentum: 0.9,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  decayBiases: true,
  labelSmoothing: 0,
  emaEvery: 1,
  schedule: 'constant',
  warmupEpochs: 0,
  warmupStart: 0.1,
  finalLearningRate: 0,
  decayFactor: 0.1,
  stepEpochs: 30,
  plateauPatience: 10,
  cyclePeak: 0.3,
  cycleDivisor: 25,
  cycleFinalDivisor: 10_000,
  evaluateEvery: 1,
  monitor: 'loss',
  seed: 0,
  engine: 'cpu',
  workers: 2,
  logEvery: 200,
  watchEvery: 200,
  tensorboard: true,
  checkpointEveryMinutes: 10,
};
