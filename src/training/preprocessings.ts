/**
 * `article`: resized to the network's side, from -1 to 1. `imagenet`: as torchvision's pretrained models take images.
 * `dataset`: resized, every channel with the data set's mean and deviation taken out. `paper`: resized, minus the data
 * set's mean image, in values from 0 to 255 (Krizhevsky, Sutskever and Hinton 2012). `init`: as the model file that the
 * weights come from says; its transforms are then the options' own (startingPoint.ts).
 */
export const preprocessings = ['article', 'imagenet', 'dataset', 'paper', 'init'] as const;
export type Preprocessing = (typeof preprocessings)[number];
