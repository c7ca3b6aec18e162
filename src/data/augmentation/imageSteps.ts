/** Augmentation of images: uint8 pixels in, uint8 pixels out, as torchvision.transforms does it to Pillow images. */
import {
  checkNumber,
  checkProbability,
  checkRange,
  checkSize,
  checkWhole,
  checkWord,
} from '../checkValues.ts';
import type { Transform } from '../transforms.ts';

/** What lies beyond an image's edges: one value, or its own pixels as numpy.pad names them. */
export const paddingModes = ['constant', 'edge', 'reflect', 'symmetric'] as const;
export type PaddingMode = (typeof paddingModes)[number];

/** A frame `padding` pixels wide, as torchvision's Pad. */
export interface PadStep {
  readonly type: 'pad';
  readonly padding: number;
  readonly paddingMode: PaddingMode;
  /** Of every channel, where the mode is `constant`. */
  readonly fill: number;
}

/** A square of side `size` anywhere in the padded image, as torchvision's RandomCrop. */
export interface RandomCropStep {
  readonly type: 'randomCrop';
  readonly size: number;
  readonly padding: number;
  readonly paddingMode: PaddingMode;
  readonly fill: number;
}

/** A rectangle of a random share and shape of the image, resized to a square, as torchvision's RandomResizedCrop. */
export interface RandomResizedCropStep {
  readonly type: 'randomResizedCrop';
  readonly size: number;
  /** Of the image's area. */
  readonly scale: readonly [number, number];
  /** Width to height. */
  readonly ratio: readonly [number, number];
}

/** Mirrored left to right. */
export interface HorizontalFlipStep {
  readonly type: 'horizontalFlip';
}

/** Mirrored left to right with this probability, as torchvision's RandomHorizontalFlip. */
export interface RandomHorizontalFlipStep {
  readonly type: 'randomHorizontalFlip';
  readonly probability: number;
}

/** Moved by whole pixels, as torchvision's RandomAffine(0, translate). */
export interface RandomTranslateStep {
  readonly type: 'randomTranslate';
  /** Most of the image's width, and of its height, to move by, either way. */
  readonly translate: readonly [number, number];
  /** Of what comes into view. */
  readonly fill: number;
}

/** Brightness, contrast, saturation and hue changed in random order, as torchvision's ColorJitter. */
export interface ColorJitterStep {
  readonly type: 'colorJitter';
  /** The factor is from max(0, 1 - brightness) to 1 + brightness; so for contrast and saturation. */
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  /** The hue turns by -hue to hue of the circle; at most 0.5. */
  readonly hue: number;
}

/** Which square of an image: where ten-crop testing cuts. */
export const corners = ['topLeft', 'topRight', 'bottomLeft', 'bottomRight'] as const;
export type Corner = (typeof corners)[number];

/** The square of side `size` in a corner. */
export interface CornerCropStep {
  readonly type: 'cornerCrop';
  readonly size: number;
  readonly corner: Corner;
}

export interface PaddingOptions {
  readonly paddingMode?: PaddingMode;
  /** 0 to 255. Default 0. */
  readonly fill?: number;
}

export interface RandomCropOptions extends PaddingOptions {
  /** Pixels added at every edge before the crop. Default 0. */
  readonly padding?: number;
}

function checkFill(option: string, fill: unknown): void {
  checkWhole(option, fill, 0, 255);
}

/** A frame around the image. Throws ALEX_OPTION_VALUE. */
export function pad(
  padding: number,
  { paddingMode = 'constant', fill = 0 }: PaddingOptions = {},
): Transform<PadStep, 'image', 'image'> {
  checkWhole('pad padding', padding, 0, 4096);
  checkWord('pad paddingMode', paddingMode, paddingModes);
  checkFill('pad fill', fill);
  return { type: 'pad', padding, paddingMode, fill };
}

/** A square anywhere in the image or its padding. Throws ALEX_OPTION_VALUE. */
export function randomCrop(
  size: number,
  { padding = 0, paddingMode = 'constant', fill = 0 }: RandomCropOptions = {},
): Transform<RandomCropStep, 'image', 'image'> {
  checkSize('randomCrop size', size);
  checkWhole('randomCrop padding', padding, 0, 4096);
  checkWord('randomCrop paddingMode', paddingMode, paddingModes);
  checkFill('randomCrop fill', fill);
  return { type: 'randomCrop', size, padding, paddingMode, fill };
}

export interface RandomResizedCropOptions {
  /** Share of the image's area. Default [0.08, 1]. */
  readonly scale?: readonly [number, number];
  /** Width to height. Default [3/4, 4/3]. */
  readonly ratio?: readonly [number, number];
}

/** A part of the image brought to a square. Throws ALEX_OPTION_VALUE. */
export function randomResizedCrop(
  size: number,
  { scale = [0.08, 1], ratio = [3 / 4, 4 / 3] }: RandomResizedCropOptions = {},
): Transform<RandomResizedCropStep, 'image', 'image'> {
  checkSize('randomResizedCrop size', size);
  checkRange('randomResizedCrop scale', scale, 1);
  checkRange('randomResizedCrop ratio', ratio, Infinity);
  return { type: 'randomResizedCrop', size, scale: [...scale], ratio: [...ratio] };
}

/** Mirrored left to right, always. */
export function horizontalFlip(): Transform<HorizontalFlipStep, 'image', 'image'> {
  return { type: 'horizontalFlip' };
}

/** Mirrored left to right, or not. Throws ALEX_OPTION_VALUE. */
export function randomHorizontalFlip(
  probability = 0.5,
): Transform<RandomHorizontalFlipStep, 'image', 'image'> {
  checkProbability('randomHorizontalFlip probability', probability);
  return { type: 'randomHorizontalFlip', probability };
}

/** Moved by up to these shares of its width and height. Throws ALEX_OPTION_VALUE. */
export function randomTranslate(
  translate: readonly [number, number],
  { fill = 0 }: { readonly fill?: number } = {},
): Transform<RandomTranslateStep, 'image', 'image'> {
  const pair: readonly unknown[] = Array.isArray(translate) ? translate : [];
  checkNumber('randomTranslate translate', pair.length === 2 ? pair[0] : translate, 0, 1);
  checkNumber('randomTranslate translate', pair[1], 0, 1);
  checkFill('randomTranslate fill', fill);
  return { type: 'randomTranslate', translate: [translate[0], translate[1]], fill };
}

/** Other light and colours. Throws ALEX_OPTION_VALUE. */
export function colorJitter({
  brightness = 0,
  contrast = 0,
  saturation = 0,
  hue = 0,
}: Partial<Omit<ColorJitterStep, 'type'>>): Transform<ColorJitterStep, 'image', 'image'> {
  checkNumber('colorJitter brightness', brightness, 0, 100);
  checkNumber('colorJitter contrast', contrast, 0, 100);
  checkNumber('colorJitter saturation', saturation, 0, 100);
  checkNumber('colorJitter hue', hue, 0, 0.5);
  return { type: 'colorJitter', brightness, contrast, saturation, hue };
}

/** The square of side `size` in a corner. Throws ALEX_OPTION_VALUE. */
export function cornerCrop(size: number, corner: Corner): Transform<CornerCropStep, 'image', 'image'> {
  checkSize('cornerCrop size', size);
  checkWord('cornerCrop corner', corner, corners);
  return { type: 'cornerCrop', size, corner };
}
