/** torchvision.transforms, as far as this package has them. */
import { centerCrop, compose, normalize, resize, toTensor } from '../data/transforms.ts';

export const transforms = { compose, resize, centerCrop, toTensor, normalize } as const;
