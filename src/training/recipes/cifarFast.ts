import type { TrainingConfig } from '../trainingOptions.ts';
import { articleRecipe } from './article.ts';

/**
 * A small network on CIFAR-10 at 32 × 32, in minutes: one cycle of the learning rate over few epochs (Smith and Topin,
 * "Super-Convergence", 2018), and images moved by up to four pixels and mirrored (He, Zhang, Ren and Sun 2015, section
 * 4.2). The rate is one that networks without batch normalisation bear as well.
 */
export const cifarFastRecipe: TrainingConfig = {
  ...articleRecipe,
  recipe: 'cifar-fast',
  network: 'alexnet-32-bn',
  dropout: 0.2,
  initialization: 'he',
  augment: ['pad-crop', 'flip'],
  epochs: 20,
  batchSize: 128,
  optimizer: 'nesterov',
  learningRate: 0.02,
  weightDecay: 5e-4,
  decayBiases: false,
  labelSmoothing: 0.1,
  schedule: 'one-cycle',
  logEvery: 100,
};
