import type { TrainingConfig } from '../config.ts';
import { articleRecipe } from './article.ts';

/**
 * A small network on CIFAR-10 at 32 × 32, in minutes: one cycle of the learning rate over few epochs (Smith and Topin,
 * "Super-Convergence", 2018).
 */
export const cifarFastRecipe: TrainingConfig = {
  ...articleRecipe,
  recipe: 'cifar-fast',
  network: 'alexnet-32',
  dropout: 0.2,
  initialization: 'he',
  epochs: 20,
  batchSize: 128,
  learningRate: 0.05,
  weightDecay: 5e-4,
  schedule: 'one-cycle',
  logEvery: 100,
};
