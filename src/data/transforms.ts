/**
 * What is done to an image before the network sees it, as torchvision.transforms has it: plain data, written
 * into model files as JSON. Builders are typed so that steps in a wrong order do not compile.
 */
import { alexnetError } from '../errors.ts';
import { channels, type ImageSize } from './image.ts';
import { resizedSize } from './resize.ts';

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

export type TransformStep = ResizeStep | CenterCropStep | ToTensorStep | NormalizeStep;

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
type AnyTransform = Resize | CenterCrop | ToTensor | Normalize;

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

function checkSize(option: string, size: unknown): asserts size is number {
  if (!Number.isInteger(size) || (size as number) < 1 || (size as number) > 4096) {
    throw alexnetError('ALEX_OPTION_VALUE', {
      option,
      value: size,
      expected: 'a whole number from 1 to 4096',
    });
  }
}

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

function checkChannelValues(option: string, values: unknown, accepts: (value: number) => boolean): void {
  const good = Array.isArray(values) && values.length === channels && values.every(accepts);
  if (!good) {
    const expected = option.endsWith('std') ? 'three numbers over 0' : 'three numbers';
    throw alexnetError('ALEX_OPTION_VALUE', { option, value: values, expected });
  }
}

/** (x - mean) / std, a value a channel. Throws ALEX_OPTION_VALUE. */
export function normalize(mean: readonly number[], std: readonly number[]): Normalize {
  checkChannelValues('normalize mean', mean, Number.isFinite);
  checkChannelValues('normalize std', std, (value) => Number.isFinite(value) && value > 0);
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

function checkStep(step: unknown): TransformStep {
  const type = (step as TransformStep | null)?.type;
  switch (type) {
    case 'resize':
      return resize((step as ResizeStep).size);
    case 'centerCrop':
      return centerCrop((step as CenterCropStep).size);
    case 'toTensor':
      return toTensor();
    case 'normalize':
      return normalize((step as NormalizeStep).mean, (step as NormalizeStep).std);
    default:
      throw alexnetError('ALEX_DATA_TRANSFORMS', {
        problem: `there is no transform ${JSON.stringify(step)}`,
      });
  }
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
    if (i !== tensorAt && i > tensorAt !== (step.type === 'normalize')) {
      const problem = `${step.type} stands ${i > tensorAt ? 'after' : 'before'} toTensor`;
      throw alexnetError('ALEX_DATA_TRANSFORMS', { problem });
    }
  });
  return checked;
}

/** Size of an image after one step. Throws ALEX_DATA_TRANSFORMS for a crop that is larger than the image. */
export function stepOutputSize(step: TransformStep, size: ImageSize): ImageSize {
  if (step.type === 'resize') return resizedSize(size, step.size);
  if (step.type !== 'centerCrop') return size;
  if (step.size > Math.min(size.height, size.width)) {
    const problem = `centerCrop(${step.size}) is larger than the image, ${size.height} × ${size.width}`;
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
    else if (step.type === 'centerCrop') size = { height: step.size, width: step.size };
  }
  if (size !== undefined) return size;
  const problem =
    'the images differ in size, and resize keeps the ratio of their sides; centerCrop is missing';
  throw alexnetError('ALEX_DATA_TRANSFORMS', { problem });
}

/** Size of an image after all steps. Throws ALEX_DATA_TRANSFORMS. */
export function outputSize(transforms: readonly TransformStep[], size: ImageSize): ImageSize {
  return transforms.reduce((current, step) => stepOutputSize(step, current), size);
}
