import type { ImageBuffer } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { channels, type ImageSize, type ImageView } from './image.ts';
import { resize, resizedSize, resizeScratch } from './resize.ts';
import { stepOutputSize, type CenterCropStep, type TransformStep } from './transforms.ts';

/** Most pixels that an image may have after a step: a sliver of an image resized by its short side explodes. */
const mostPixels = 1 << 26;

function cropCenter(image: ImageView, { size }: CenterCropStep): ImageView {
  const { strides } = image;
  // torchvision rounds the half to even, as Python's round does.
  const top = roundHalfEven((image.height - size) / 2);
  const left = roundHalfEven((image.width - size) / 2);
  const offset = image.offset + top * strides.row + left * strides.column;
  return { ...image, offset, height: size, width: size };
}

function roundHalfEven(value: number): number {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}

/** What toTensor and normalize make of each of the 256 values, [channel, value]: float32 arithmetic as PyTorch's. */
function valueTable(transforms: readonly TransformStep[]): Float32Array {
  const table = new Float32Array(channels * 256);
  for (let c = 0; c < channels; c++) {
    for (let pixel = 0; pixel < 256; pixel++) {
      let value = Math.fround(pixel / 255);
      for (const step of transforms) {
        if (step.type !== 'normalize') continue;
        value = Math.fround(value - Math.fround(step.mean[c]!));
        value = Math.fround(value / Math.fround(step.std[c]!));
      }
      table[c * 256 + pixel] = value;
    }
  }
  return table;
}

function writeRow(
  image: ImageView,
  from: number,
  table: Float32Array,
  tableAt: number,
  target: ImageBuffer,
  to: number,
): void {
  const { data, width } = image;
  const out = target.data;
  const step = image.strides.column;
  const outStep = target.strides.column;
  for (let x = 0, at = from, o = to; x < width; x++, at += step, o += outStep) {
    out[o] = table[tableAt + data[at]!]!;
  }
}

function writeTensor(image: ImageView, table: Float32Array, target: ImageBuffer, index: number): void {
  const start = target.offset + index * target.strides.image;
  for (let y = 0; y < image.height; y++) {
    for (let c = 0; c < channels; c++) {
      const from = image.offset + c * image.strides.channel + y * image.strides.row;
      const to = start + c * target.strides.channel + y * target.strides.row;
      writeRow(image, from, table, c * 256, target, to);
    }
  }
}

/** Puts one image through the transforms, into image `index` of an engine's input. */
export type ImageTransform = (image: ImageView, target: ImageBuffer, index: number) => void;

/**
 * Makes the function that applies these transforms (checked already, see checkTransforms). It keeps its
 * scratch memory between calls. It throws ALEX_TENSOR_SHAPE when the result does not fit the target,
 * ALEX_DATA_TRANSFORMS when the image is too small for a crop or grows beyond bounds.
 */
export function imageTransform(transforms: readonly TransformStep[]): ImageTransform {
  const table = valueTable(transforms);
  const scratches = transforms.map(resizeScratch);
  return (image, target, index) => {
    checkTarget(transforms, image, target);
    let current = image;
    transforms.forEach((step, i) => {
      if (step.type === 'resize') current = resize(current, resizedSize(current, step.size), scratches[i]);
      else if (step.type === 'centerCrop') current = cropCenter(current, step);
    });
    writeTensor(current, table, target, index);
  };
}

function checkTarget(transforms: readonly TransformStep[], image: ImageSize, target: ImageBuffer): void {
  let size = image;
  for (const step of transforms) {
    size = stepOutputSize(step, size);
    if (size.height * size.width > mostPixels) {
      const problem = `an image of ${image.height} × ${image.width} would become ${size.height} × ${size.width}`;
      throw alexnetError('ALEX_DATA_TRANSFORMS', { problem });
    }
  }
  const [, , height, width] = target.shape;
  if (size.height !== height || size.width !== width) {
    const got = [channels, size.height, size.width];
    throw alexnetError('ALEX_TENSOR_SHAPE', { name: 'input', expected: target.shape.slice(1), got });
  }
}

/** One image through the transforms, into image `index` of the target; see imageTransform for many. */
export function transformImage(
  image: ImageView,
  transforms: readonly TransformStep[],
  target: ImageBuffer,
  index = 0,
): void {
  imageTransform(transforms)(image, target, index);
}
