import type { TrainingConfig } from '../trainingOptions.ts';
import { articleRecipe } from './article.ts';

/**
 * Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural Networks" (2012), section
 * 5: batches of 128, momentum 0.9, weight decay 0.0005; a rate of 0.01, divided by 10 when the validation error stopped
 * getting better, three times; about 90 epochs; dropout of 0.5. Section 4: squares of 224 cut out of images of 256 and
 * mirrored, colours moved along their principal components; section 2: minus the mean image. Weights are drawn from
 * N(0, 0.01), some biases are 1 (network/zoo/alexnet-2012.ts). What stopping is they leave to the eye; here it is more
 * than five epochs without a better one. They had a validation set; a twentieth of the training images is held back
 * where there is none.
 */
export const paperRecipe: TrainingConfig = {
  ...articleRecipe,
  recipe: 'paper',
  network: 'alexnet-2012',
  dropout: 0.5,
  initialization: 'paper',
  validation: 0.05,
  preprocess: 'paper',
  augment: ['crop', 'flip', 'pca'],
  epochs: 90,
  batchSize: 128,
  learningRate: 0.01,
  optimizer: 'sgd-paper',
  momentum: 0.9,
  weightDecay: 5e-4,
  schedule: 'plateau',
  decayFactor: 0.1,
  plateauPatience: 5,
  plateauReductions: 3,
  monitor: 'accuracy',
};
