/**
 * What is done to an image before the network sees it, as torchvision.transforms has it: plain data, written
 * into model files as JSON. Builders are typed so that steps in a wrong order do not compile.
 */
import { alexnetError } from '../errors.ts';
import {
  colorJitter,
  cornerCrop,
  horizontalFlip,
  pad,
  randomCrop,
  randomHorizontalFlip,
  randomResizedCrop,
  randomTranslate,
  type ColorJitterStep,
  type CornerCropStep,
  type HorizontalFlipStep,
  type PadStep,
  type RandomCropStep,
  type RandomHorizontalFlipStep,
  type RandomResizedCropStep,
  type RandomTranslateStep,
} from './augmentation/imageSteps.ts';
import {
  cutout,
  pcaColor,
  randomErasing,
  subtractMean,
  type CutoutStep,
  type PcaColorStep,
  type RandomErasingStep,
  type SubtractMeanStep,
} from './augmentation/tensorSteps.ts';
import type { ImageSize } from './image.ts';
import { resizedSize } from './resize.ts';
import { checkChannelValues, checkSize } from './checkValues.ts';

/** Shorter side to `size`, as torchvision's Resize(size) on a Pillow image. */
export interface ResizeStep {
  readonly type: 'resize';
  readonly size: number;
}

/** The middle square of side `size`, as torchvision's CenterCrop(size) on an image at least that large. */
export interface CenterCropStep {
  readonly type: 'centerCrop';
  readonly size: number;
}

/** uint8 0..255 to float32 0..1. */
export interface ToTensorStep {
  readonly type: 'toTensor';
}

/** (x - mean) / std, a value a channel. */
export interface NormalizeStep {
  readonly type: 'normalize';
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Steps from an image to an image. */
export type ImageStep =
  | ResizeStep
  | CenterCropStep
  | CornerCropStep
  | PadStep
  | HorizontalFlipStep
  | RandomCropStep
  | RandomResizedCropStep
  | RandomHorizontalFlipStep
  | RandomTranslateStep
  | ColorJitterStep;

/** Steps from a tensor to a tensor. */
export type TensorStep = NormalizeStep | SubtractMeanStep | PcaColorStep | CutoutStep | RandomErasingStep;

export type TransformStep = ImageStep | ToTensorStep | TensorStep;

declare const stages: unique symbol;
type Stage = 'image' | 'tensor';

/** A step that takes one kind of value and gives another; the kinds exist for the compiler only. */
export type Transform<Step extends TransformStep, From extends Stage, To extends Stage> = Step & {
  readonly [stages]?: (from: From) => To;
};

export type Resize = Transform<ResizeStep, 'image', 'image'>;
export type CenterCrop = Transform<CenterCropStep, 'image', 'image'>;
export type ToTensor = Transform<ToTensorStep, 'image', 'tensor'>;
export type Normalize = Transform<NormalizeStep, 'tensor', 'tensor'>;
type AnyTransform =
  | Transform<ImageStep, 'image', 'image'>
  | ToTensor
  | Transform<TensorStep, 'tensor', 'tensor'>;

/** The steps themselves when each takes what the one before it gives, from image to tensor; else a type nothing fits. */
type Chain<Steps extends readonly unknown[], From extends Stage> = Steps extends readonly [
  infer First,
  ...infer Rest,
]
  ? First extends { readonly [stages]?: (from: From) => infer To extends Stage }
    ? readonly [First, ...Chain<Rest, To>]
    : readonly [{ readonly mustTake: From }, ...Rest]
  : From extends 'tensor'
    ? readonly []
    : readonly [ToTensor];

/** Shorter side to `size`, bilinear as Pillow's. Throws ALEX_OPTION_VALUE. */
export function resize(size: number): Resize {
  checkSize('resize size', size);
  return { type: 'resize', size };
}

/** The middle square of side `size`. Throws ALEX_OPTION_VALUE. */
export function centerCrop(size: number): CenterCrop {
  checkSize('centerCrop size', size);
  return { type: 'centerCrop', size };
}

/** uint8 0..255 to float32 0..1. */
export function toTensor(): ToTensor {
  return { type: 'toTensor' };
}

/** (x - mean) / std, a value a channel. Throws ALEX_OPTION_VALUE. */
export function normalize(mean: readonly number[], std: readonly number[]): Normalize {
  checkChannelValues('normalize mean', mean);
  checkChannelValues('normalize std', std, { positive: true });
  return { type: 'normalize', mean: [...mean], std: [...std] };
}

/** Puts steps together. An order that does not lead from an image to a tensor is a compile error. */
export function compose<const Steps extends readonly AnyTransform[]>(
  steps: Steps & Chain<Steps, 'image'>,
): readonly TransformStep[] {
  return checkTransforms(steps);
}

/** What the article does to an image: Resize(size), ToTensor, Normalize(0.5, 0.5). */
export function articleTransforms(size: number): readonly TransformStep[] {
  return compose([resize(size), toTensor(), normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])]);
}

/** The same for images of any shape: the square in their middle. */
export function squareTransforms(size: number): readonly TransformStep[] {
  return compose([resize(size), centerCrop(size), toTensor(), normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])]);
}

/**
 * What torchvision does to an image before its ImageNet models, for 224: Resize(256), CenterCrop(224), ToTensor,
 * Normalize with the means and deviations of ImageNet's channels. Other sizes are resized in the same proportion.
 */
export function imagenetTransforms(size: number): readonly TransformStep[] {
  return compose([
    resize(Math.round((size * 256) / 224)),
    centerCrop(size),
    toTensor(),
    normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
  ]);
}

interface Kind<Step extends TransformStep> {
  readonly stage: Stage | 'toTensor';
  /** Whether it differs from image to image and from epoch to epoch. */
  readonly random: boolean;
  /** A checked copy of a step from outside. */
  readonly check: (step: Step) => TransformStep;
}

const kinds: { readonly [Type in TransformStep['type']]: Kind<Extract<TransformStep, { type: Type }>> } = {
  resize: { stage: 'image', random: false, check: ({ size }) => resize(size) },
  centerCrop: { stage: 'image', random: false, check: ({ size }) => centerCrop(size) },
  cornerCrop: { stage: 'image', random: false, check: ({ size, corner }) => cornerCrop(size, corner) },
  pad: { stage: 'image', random: false, check: (step) => pad(step.padding, step) },
  horizontalFlip: { stage: 'image', random: false, check: horizontalFlip },
  randomCrop: { stage: 'image', random: true, check: (step) => randomCrop(step.size, step) },
  randomResizedCrop: { stage: 'image', random: true, check: (step) => randomResizedCrop(step.size, step) },
  randomHorizontalFlip: {
    stage: 'image',
    random: true,
    check: ({ probability }) => randomHorizontalFlip(probability),
  },
  randomTranslate: { stage: 'image', random: true, check: (step) => randomTranslate(step.translate, step) },
  colorJitter: { stage: 'image', random: true, check: colorJitter },
  toTensor: { stage: 'toTensor', random: false, check: toTensor },
  normalize: { stage: 'tensor', random: false, check: ({ mean, std }) => normalize(mean, std) },
  subtractMean: { stage: 'tensor', random: false, check: subtractMean },
  pcaColor: { stage: 'tensor', random: true, check: pcaColor },
  cutout: { stage: 'tensor', random: true, check: ({ size, probability }) => cutout(size, probability) },
  randomErasing: { stage: 'tensor', random: true, check: randomErasing },
};

/** Whether a step draws random numbers: what it does differs from image to image and from epoch to epoch. */
export function isRandom(step: TransformStep): boolean {
  return kinds[step.type].random;
}

/** Whether a step stands before toTensor. */
export function isImageStep(step: TransformStep): step is ImageStep {
  return kinds[step.type].stage === 'image';
}

function checkStep(step: unknown): TransformStep {
  const type = (step as TransformStep | null)?.type;
  if (typeof type !== 'string' || !Object.hasOwn(kinds, type)) {
    const problem = `there is no transform ${JSON.stringify(step)}`;
    throw alexnetError('ALEX_DATA_TRANSFORMS', { problem });
  }
  return (kinds[type].check as (step: unknown) => TransformStep)(step);
}

/**
 * Steps from outside, such as a model file: a checked copy.
 * Throws ALEX_OPTION_VALUE for a bad value, ALEX_DATA_TRANSFORMS for an unknown step or a wrong order.
 */
export function checkTransforms(steps: unknown): readonly TransformStep[] {
  if (!Array.isArray(steps)) throw alexnetError('ALEX_DATA_TRANSFORMS', { problem: 'they are not a list' });
  const checked = steps.map(checkStep);
  const tensorAt = checked.findIndex((step) => step.type === 'toTensor');
  if (tensorAt < 0) throw alexnetError('ALEX_DATA_TRANSFORMS', { problem: 'toTensor is missing' });
  checked.forEach((step, i) => {
    if (i !== tensorAt && kinds[step.type].stage !== (i > tensorAt ? 'tensor' : 'image')) {
      const problem = `${step.type} stands ${i > tensorAt ? 'after' : 'before'} toTensor`;
      throw alexnetError('ALEX_DATA_TRANSFORMS', { problem });
    }
  });
  return checked;
}

/**
 * Steps from outside that must do the same to an image every time, as those of a model file: a checked copy. Throws as
 * checkTransforms does, and ALEX_DATA_TRANSFORMS for a random step.
 */
export function checkDeterministic(steps: unknown): readonly TransformStep[] {
  const checked = checkTransforms(steps);
  const random = checked.find(isRandom);
  if (random === undefined) return checked;
  const problem = `${random.type} is random, and a model's own transforms must do the same every time`;
  throw alexnetError('ALEX_DATA_TRANSFORMS', { problem });
}

/**
 * Size of an image after one step, which is the same whatever a random step draws. Throws ALEX_DATA_TRANSFORMS for a
 * crop that is larger than the image.
 */
export function stepOutputSize(step: TransformStep, size: ImageSize): ImageSize {
  switch (step.type) {
    case 'resize':
      return resizedSize(size, step.size);
    case 'pad':
      return padded(size, step.padding);
    case 'centerCrop':
    case 'cornerCrop':
      return croppedSize(step, size);
    case 'randomCrop':
      return croppedSize(step, padded(size, step.padding));
    case 'randomResizedCrop':
      return { height: step.size, width: step.size };
    default:
      return size;
  }
}

function padded({ height, width }: ImageSize, padding: number): ImageSize {
  return { height: height + 2 * padding, width: width + 2 * padding };
}

function croppedSize(step: { readonly type: string; readonly size: number }, size: ImageSize): ImageSize {
  if (step.size > Math.min(size.height, size.width)) {
    const problem = `${step.type}(${step.size}) is larger than the image, ${size.height} × ${size.width}`;
    throw alexnetError('ALEX_DATA_TRANSFORMS', { problem });
  }
  return { height: step.size, width: step.size };
}

/**
 * Size after all steps of images that differ in size. Throws ALEX_DATA_TRANSFORMS unless the steps bring all of them to
 * one size, as a crop does.
 */
export function commonOutputSize(transforms: readonly TransformStep[]): ImageSize {
  let size: ImageSize | undefined;
  for (const step of transforms) {
    if (size !== undefined) size = stepOutputSize(step, size);
    else if (isCrop(step)) size = { height: step.size, width: step.size };
  }
  if (size !== undefined) return size;
  const problem =
    'the images differ in size, and resize keeps the ratio of their sides; centerCrop is missing';
  throw alexnetError('ALEX_DATA_TRANSFORMS', { problem });
}

/** Whether a step makes a square of any image that it takes. */
function isCrop(step: TransformStep): step is Extract<TransformStep, { type: `${string}Crop` }> {
  return step.type.endsWith('Crop');
}

/** Size of an image after all steps. Throws ALEX_DATA_TRANSFORMS. */
export function outputSize(transforms: readonly TransformStep[], size: ImageSize): ImageSize {
  return transforms.reduce((current, step) => stepOutputSize(step, current), size);
}
