/** torchvision.transforms, as far as this package has them. */
import {
  colorJitter,
  cornerCrop,
  horizontalFlip,
  pad,
  randomCrop,
  randomHorizontalFlip,
  randomResizedCrop,
  randomTranslate,
} from '../data/augmentation/imageSteps.ts';
import { cutout, pcaColor, randomErasing, subtractMean } from '../data/augmentation/tensorSteps.ts';
import { centerCrop, compose, normalize, resize, toTensor } from '../data/transforms.ts';

export const transforms = {
  compose,
  // On images.
  resize,
  centerCrop,
  cornerCrop,
  pad,
  horizontalFlip,
  randomCrop,
  randomResizedCrop,
  randomHorizontalFlip,
  randomTranslate,
  colorJitter,
  toTensor,
  // On tensors.
  normalize,
  subtractMean,
  pcaColor,
  cutout,
  randomErasing,
} as const;
