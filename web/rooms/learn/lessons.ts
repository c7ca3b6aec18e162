/** The article's path, in its order. */
import type { Lesson } from './lesson.ts';
import { convolutionLesson } from './steps/convolution.tsx';
import { outputSizeLesson } from './steps/outputSize.tsx';
import { activationsLesson } from './steps/activations.tsx';
import { vanishingGradientLesson } from './steps/vanishingGradient.tsx';
import { poolingLesson } from './steps/pooling.tsx';
import { dropoutLesson } from './steps/dropout.tsx';
import { augmentationLesson } from './steps/augmentation.tsx';
import { softmaxLesson } from './steps/softmax.tsx';
import { trainingLesson } from './steps/training.tsx';
import { layersLesson } from './steps/layers.tsx';

export const lessons: readonly Lesson[] = [
  convolutionLesson,
  outputSizeLesson,
  activationsLesson,
  vanishingGradientLesson,
  poolingLesson,
  dropoutLesson,
  augmentationLesson,
  softmaxLesson,
  trainingLesson,
  layersLesson,
];
