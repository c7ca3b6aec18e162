/** Steps on the tensor that toTensor gives: values from 0 to 1, three channels. */
import { channels } from '../image.ts';
import {
  checkChannelValues,
  checkNumber,
  checkNumbers,
  checkProbability,
  checkRange,
  checkSize,
} from '../checkValues.ts';
import type { Transform } from '../transforms.ts';

/**
 * Adds [p1 p2 p3][a1 m1, a2 m2, a3 m3]ᵀ to every pixel, the a drawn once an image from N(0, std): the colour
 * augmentation of Krizhevsky, Sutskever and Hinton 2012, section 4.1.
 */
export interface PcaColorStep {
  readonly type: 'pcaColor';
  readonly std: number;
  /** m1 to m3: the paper's are the eigenvalues of the covariance of the pixels' colours. */
  readonly magnitudes: readonly number[];
  /** p1 to p3, unit vectors of red, green, blue. */
  readonly vectors: readonly (readonly number[])[];
}

/** Subtracts an image, usually the mean of the training images; enlarged bilinearly when it is smaller. */
export interface SubtractMeanStep {
  readonly type: 'subtractMean';
  readonly height: number;
  readonly width: number;
  /** [3, height, width], red, green and blue planes. */
  readonly mean: readonly number[];
}

/**
 * A square around a random pixel set to 0, cut off at the edges: DeVries and Taylor, "Improved Regularization of
 * Convolutional Neural Networks with Cutout", 2017. After normalize, 0 is the mean colour.
 */
export interface CutoutStep {
  readonly type: 'cutout';
  /** Side of the square. */
  readonly size: number;
  readonly probability: number;
}

/** A rectangle inside the image set to `value`, as torchvision's RandomErasing. */
export interface RandomErasingStep {
  readonly type: 'randomErasing';
  readonly probability: number;
  /** Share of the image's area. */
  readonly scale: readonly [number, number];
  /** Height to width. */
  readonly ratio: readonly [number, number];
  readonly value: number;
}

/** Colours moved along the data set's principal components. Throws ALEX_OPTION_VALUE. */
export function pcaColor({
  std = 0.1,
  magnitudes,
  vectors,
}: {
  readonly std?: number;
  readonly magnitudes: readonly number[];
  readonly vectors: readonly (readonly number[])[];
}): Transform<PcaColorStep, 'tensor', 'tensor'> {
  checkNumber('pcaColor std', std, 0, 1e6);
  checkChannelValues('pcaColor magnitudes', magnitudes);
  checkNumbers('pcaColor vectors', Array.isArray(vectors) ? vectors.flat() : vectors, channels * channels);
  for (const vector of vectors) checkChannelValues('pcaColor vectors', vector);
  return {
    type: 'pcaColor',
    std,
    magnitudes: [...magnitudes],
    vectors: vectors.map((vector) => [...vector]),
  };
}

/** Minus the mean image, planes [3, height, width] of values from 0 to 1. Throws ALEX_OPTION_VALUE. */
export function subtractMean({
  height,
  width,
  mean,
}: Omit<SubtractMeanStep, 'type'>): Transform<SubtractMeanStep, 'tensor', 'tensor'> {
  checkSize('subtractMean height', height);
  checkSize('subtractMean width', width);
  checkNumbers('subtractMean mean', mean, channels * height * width);
  return { type: 'subtractMean', height, width, mean: [...mean] };
}

/** A square of zeros somewhere. Throws ALEX_OPTION_VALUE. */
export function cutout(size: number, probability = 1): Transform<CutoutStep, 'tensor', 'tensor'> {
  checkSize('cutout size', size);
  checkProbability('cutout probability', probability);
  return { type: 'cutout', size, probability };
}

/** A rectangle of one value somewhere, or nothing. Throws ALEX_OPTION_VALUE. */
export function randomErasing({
  probability = 0.5,
  scale = [0.02, 0.33],
  ratio = [0.3, 3.3],
  value = 0,
}: Partial<Omit<RandomErasingStep, 'type'>> = {}): Transform<RandomErasingStep, 'tensor', 'tensor'> {
  checkProbability('randomErasing probability', probability);
  checkRange('randomErasing scale', scale, 1);
  checkRange('randomErasing ratio', ratio, Infinity);
  checkNumber('randomErasing value', value, -1e6, 1e6);
  return { type: 'randomErasing', probability, scale: [...scale], ratio: [...ratio], value };
}
