import type { TrainingConfig } from '../trainingOptions.ts';
import { articleRecipe } from './article.ts';

const { network: _, ...article } = articleRecipe;

/**
 * Goes on from the weights of a model file (init), whose network it takes: few epochs at a small rate that falls to
 * zero along a cosine, so that what the weights know is bent and not broken. Images are as torchvision's pretrained
 * models want them, and cut out of the original at random, less freely than from scratch: the data is little.
 */
export const finetuneRecipe: TrainingConfig = {
  ...article,
  recipe: 'finetune',
  preprocess: 'init',
  augment: ['resized-crop=0.35', 'flip'],
  epochs: 5,
  learningRate: 0.01,
  learningRateScale: { 'all-but-last': 0.1 },
  weightDecay: 5e-4,
  decayBiases: false,
  schedule: 'cosine',
  warmupEpochs: 0.2,
};
