/** Augmentation by name, as the command line and recipes ask for it: `pad-crop,flip,color=0.2`. */
import { alexnetError } from '../../errors.ts';
import { nearestName } from '../../nearestName.ts';
import type { ImageSize } from '../image.ts';
import {
  centerCrop,
  checkTransforms,
  isImageStep,
  resize,
  type ImageStep,
  type TensorStep,
  type TransformStep,
} from '../transforms.ts';
import { resizedSide } from './deterministic.ts';
import {
  colorJitter,
  randomCrop,
  randomHorizontalFlip,
  randomResizedCrop,
  randomTranslate,
} from './imageSteps.ts';
import { principalColors } from './principalColors.ts';
import { cutout, pcaColor, randomErasing } from './tensorSteps.ts';

/** What each name does, and what the number after it means, for a network that takes squares of side `side`. */
export const augmentations = {
  'pad-crop': 'padded with N black pixels (side / 8), a square of the old size cut out anywhere',
  crop: 'resized to N (side × 256 / 224), a square cut out anywhere, as in the 2012 paper',
  'resized-crop': 'N (0.08) to 1 of the area, stretched a little, brought to size',
  translate: 'moved by up to N (0.125) of its sides',
  flip: 'mirrored left to right with probability N (0.5)',
  color: 'brightness, contrast, saturation changed by up to N (0.4), hue by up to N / 4',
  pca: "moved by N (0.1) along the principal components of the data set's colours, as in 2012",
  cutout: 'a square of side N (side / 2) set to 0',
  erase: 'a rectangle of 2 to 33 % of the area set to 0, with probability N (0.5)',
} as const;
export type AugmentationName = keyof typeof augmentations;
export const augmentationNames = Object.keys(augmentations) as readonly AugmentationName[];

/** Each cuts an image to size: one at a time. */
const crops: readonly AugmentationName[] = ['pad-crop', 'crop', 'resized-crop'];

/** The names that are asked for, with their numbers where they have one. */
type Wanted = ReadonlyMap<AugmentationName, number | undefined>;

function wrong(value: string, expected: string): Error {
  return alexnetError('ALEX_OPTION_VALUE', { option: 'augment', value, expected });
}

const decimalNumber = /^(\d+\.?\d*|\.\d+)$/;

/** Throws ALEX_OPTION_VALUE. */
function parse(augment: readonly string[]): Wanted {
  const wanted = new Map<AugmentationName, number | undefined>();
  for (const word of augment) {
    const [name, value, more] = word.split('=');
    if (!augmentationNames.includes(name as AugmentationName)) {
      const near = nearestName(name!, augmentationNames);
      const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
      throw wrong(word, `names out of ${augmentationNames.join(', ')}${hint}`);
    }
    if (more !== undefined || (value !== undefined && !decimalNumber.test(value))) {
      throw wrong(word, `${name}, or ${name}=NUMBER`);
    }
    if (wanted.has(name as AugmentationName)) throw wrong(word, 'each name once');
    wanted.set(name as AugmentationName, value === undefined ? undefined : Number(value));
  }
  const cutting = crops.filter((name) => wanted.has(name));
  if (cutting.length > 1) throw wrong(cutting.join(','), `one of ${crops.join(', ')}`);
  return wanted;
}

/** Splits `pad-crop,flip,color=0.2` and checks it. Throws ALEX_OPTION_VALUE. */
export function parseAugment(list: string): readonly string[] {
  const augment = list.split(',').map((word) => word.trim());
  parse(augment);
  return augment;
}

/** Throws ALEX_OPTION_VALUE unless these are names of augmentations, each with a number or without. */
export function checkAugment(augment: unknown): asserts augment is readonly string[] {
  if (!Array.isArray(augment) || !augment.every((word) => typeof word === 'string')) {
    throw wrong(String(augment), `a list of names out of ${augmentationNames.join(', ')}`);
  }
  parse(augment);
}

/** Width of the frame that `pad-crop` puts around images; 0 when it is not among these words. Never throws. */
export function paddingOf(augment: readonly unknown[], side: number): number {
  const word = augment.find((one) => typeof one === 'string' && one.split('=')[0] === 'pad-crop');
  if (typeof word !== 'string') return 0;
  const [, given] = word.split('=');
  const padding = given === undefined ? usualPadding(side) : Number(given);
  return Number.isInteger(padding) && padding >= 0 ? padding : 0;
}

function usualPadding(side: number): number {
  return Math.round(side / 8);
}

/** How images become tensors while training, and how for everything after. */
export interface TransformPair {
  readonly train: readonly TransformStep[];
  /** Without anything random. */
  readonly test: readonly TransformStep[];
}

/** The images that transforms are made for. */
export interface ImagesToAugment {
  /** Of the squares that the network takes. */
  readonly side: number;
  /** Images of one size in memory, or of any sizes. */
  readonly dataset: { readonly height: number; readonly width: number; readonly images: unknown } | object;
}

/** The covariance of the images' colours after these transforms, [3][3]. */
export type ColourCovariance = (
  transforms: readonly TransformStep[],
) => Promise<readonly (readonly number[])[]>;

/**
 * Adds augmentation to the transforms that a network is tested with, which make squares of side `side`. Steps come in a
 * fixed order, whatever that of the names: crop, translate, flip, color (before the crop where images are enlarged: it
 * has fewer pixels to change then), toTensor, pca, the tensor's own steps, erase, cutout. `crop` and `resized-crop` have
 * images tested as the middle of a larger one where they are resized. `pca` asks for the covariance. Throws
 * ALEX_OPTION_VALUE, and what `covarianceOf` throws.
 */
export async function withAugmentation(
  test: readonly TransformStep[],
  augment: readonly string[],
  context: ImagesToAugment,
  covarianceOf: ColourCovariance,
): Promise<TransformPair> {
  const wanted = parse(augment);
  const { side } = context;
  const image = test.filter(isImageStep);
  const tensor = test.slice(image.length + 1) as readonly TensorStep[];
  const toTensor = test[image.length]!;
  const cut = cropped(image, wanted, context);
  const numberOf = (name: AugmentationName, usual: number): number => wanted.get(name) ?? usual;
  const most = numberOf('color', 0.4);
  const jitter = colorJitter({ brightness: most, contrast: most, saturation: most, hue: most / 4 });
  const color = wanted.has('color') ? [jitter] : [];
  const own = ownSize(context);
  const isSmall = own !== undefined && own.height * own.width < side * side;
  const train: TransformStep[] = [...(isSmall ? color : []), ...cut.train];
  if (wanted.has('translate')) {
    const share = numberOf('translate', 0.125);
    train.push(randomTranslate([share, share]));
  }
  if (wanted.has('flip')) train.push(randomHorizontalFlip(numberOf('flip', 0.5)));
  train.push(...(isSmall ? [] : color), toTensor);
  if (wanted.has('pca')) {
    const covariance = await covarianceOf([...cut.test, toTensor]);
    const { eigenvalues, eigenvectors } = principalColors(covariance);
    train.push(pcaColor({ std: numberOf('pca', 0.1), magnitudes: eigenvalues, vectors: eigenvectors }));
  }
  train.push(...tensor);
  if (wanted.has('erase')) train.push(randomErasing({ probability: numberOf('erase', 0.5) }));
  if (wanted.has('cutout')) train.push(cutout(numberOf('cutout', Math.round(side / 2))));
  return { train: checkTransforms(train), test: checkTransforms([...cut.test, toTensor, ...tensor]) };
}

/**
 * The transforms to test with under this augmentation: those given, but for a crop of the middle out of a larger image
 * that `crop` and `resized-crop` bring along. Throws ALEX_OPTION_VALUE.
 */
export function testTransforms(
  test: readonly TransformStep[],
  augment: readonly string[],
  context: ImagesToAugment,
): readonly TransformStep[] {
  const image = test.filter(isImageStep);
  return checkTransforms([...cropped(image, parse(augment), context).test, ...test.slice(image.length)]);
}

/** The one size of all images; undefined where they differ. */
function ownSize({ dataset }: Pick<ImagesToAugment, 'dataset'>): ImageSize | undefined {
  return 'images' in dataset ? dataset : undefined;
}

/** The size that these steps resize the images to; undefined when they leave their size alone. */
function resizedTo(image: readonly ImageStep[], context: ImagesToAugment): number | undefined {
  const size = image.find((step) => step.type === 'resize')?.size;
  const own = ownSize(context);
  return own !== undefined && size === Math.min(own.height, own.width) ? undefined : size;
}

interface Uncropped {
  /** The steps on images to test with. */
  readonly image: readonly ImageStep[];
  readonly resized: number | undefined;
  readonly side: number;
}

interface Cropped {
  readonly train: readonly ImageStep[];
  readonly test: readonly ImageStep[];
}

/** The steps on images, with a random crop to train and a fixed one to test. */
function cropped(image: readonly ImageStep[], wanted: Wanted, context: ImagesToAugment): Cropped {
  const { side } = context;
  const resized = resizedTo(image, context);
  if (wanted.has('pad-crop')) {
    const padding = wanted.get('pad-crop') ?? usualPadding(side);
    return { train: [...image, randomCrop(side, { padding })], test: image };
  }
  if (wanted.has('crop')) return randomlyCropped({ image, resized, side }, wanted.get('crop'));
  if (!wanted.has('resized-crop')) return { train: image, test: image };
  const least = wanted.get('resized-crop') ?? 0.08;
  const test = resized === undefined ? image : [...unsized(image), ...middle(resizedSide(side), side)];
  return { train: [...unsized(image), randomResizedCrop(side, { scale: [least, 1] })], test };
}

function unsized(image: readonly ImageStep[]): readonly ImageStep[] {
  return image.filter(({ type }) => type !== 'resize' && type !== 'centerCrop');
}

function middle(resized: number, side: number): readonly ImageStep[] {
  return [resize(resized), centerCrop(side)];
}

function randomlyCropped({ image, resized, side }: Uncropped, given: number | undefined): Cropped {
  if (resized === undefined && given === undefined) {
    if (image.some(({ type }) => type === 'centerCrop')) {
      return { train: [...unsized(image), randomCrop(side)], test: image };
    }
    throw wrong('crop', `crop=NUMBER over ${side}, or pad-crop: the network takes the whole image`);
  }
  const to = given ?? (resized! > side ? resized! : resizedSide(side));
  if (to < side) throw wrong(`crop=${to}`, `crop=NUMBER from ${side}, the side of the network's input`);
  const before = unsized(image);
  return { train: [...before, resize(to), randomCrop(side)], test: [...before, ...middle(to, side)] };
}
