import type { ImageBuffer } from '../engine/engine.ts';
import { enlargedMean } from './augmentation/meanImage.ts';
import { channels, planarImage, type ImageView } from './image.ts';
import { isImageStep, type TensorStep, type TransformStep } from './transforms.ts';

/**
 * Image `at` of a batch as an image again: what normalize and subtractMean did is undone, what augmentation did is
 * kept, and values beyond black and white are cut off.
 */
export function visiblePixels(
  { data, offset, strides, shape }: ImageBuffer,
  at: number,
  transforms: readonly TransformStep[],
): ImageView {
  const [, , height, width] = shape;
  const undo = transforms
    .filter((step): step is TensorStep => !isImageStep(step) && step.type !== 'toTensor')
    .map((step) => inverse(step, { height, width }))
    .toReversed();
  const pixels = new Uint8ClampedArray(channels * height * width);
  for (let c = 0, to = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const from = offset + at * strides.image + c * strides.channel + y * strides.row;
      for (let x = 0; x < width; x++, to++) {
        const value = data[from + x * strides.column]!;
        pixels[to] = 255 * undo.reduce((later, invert) => invert(later, c, to), value);
      }
    }
  }
  return planarImage(new Uint8Array(pixels.buffer), { height, width });
}

/** From a value after a step to that before it; `position` is in planes [3, height, width]. */
type Inverse = (value: number, channel: number, position: number) => number;

function inverse(step: TensorStep, size: { readonly height: number; readonly width: number }): Inverse {
  if (step.type === 'normalize') return (value, c) => value * step.std[c]! + step.mean[c]!;
  if (step.type !== 'subtractMean') return (value) => value;
  const mean = enlargedMean(step, size);
  return (value, _, position) => value + mean[position]!;
}
