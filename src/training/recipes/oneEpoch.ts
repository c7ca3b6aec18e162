import type { TrainingConfig } from '../trainingOptions.ts';
import { articleRecipe } from './article.ts';

/**
 * What one epoch of CIFAR-10 can give AlexNet from scratch, at the article's batch size. He's weights, since PyTorch's
 * fade from layer to layer (docs/results.md); a rate some times the article's, which only the first steps cannot take:
 * hence the warm-up; and a fall to zero over the rest, which settles the weights while there is no second epoch to do
 * so. Dropout and augmentation are off: no image is seen twice, so there is nothing to learn by heart.
 */
export const oneEpochRecipe: TrainingConfig = {
  ...articleRecipe,
  recipe: 'one-epoch',
  dropout: 0,
  initialization: 'he',
  learningRate: 0.012,
  weightDecay: 5e-4,
  decayBiases: false,
  schedule: 'linear',
  warmupEpochs: 0.1,
};
