import { compose, normalize, resize, centerCrop, toTensor } from '../../data/transforms.ts';
import type { TrainingConfig } from '../config.ts';
import { articleRecipe } from './article.ts';

const { network: _, ...article } = articleRecipe;

/**
 * Goes on from the weights of a model file (init), whose network it takes: few epochs at a small rate that falls to
 * zero along a cosine, so that what the weights know is bent and not broken. Images are as torchvision's pretrained
 * models want them: shorter side 256, the middle 224, ImageNet's means and deviations.
 */
export const finetuneRecipe: TrainingConfig = {
  ...article,
  recipe: 'finetune',
  transforms: compose([
    resize(256),
    centerCrop(224),
    toTensor(),
    normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
  ]),
  epochs: 5,
  learningRate: 0.002,
  weightDecay: 5e-4,
  schedule: 'cosine',
  warmupEpochs: 0.2,
};
