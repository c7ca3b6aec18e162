/**
 * Brightness, contrast, saturation and hue of uint8 images, to the byte as Pillow's ImageEnhance and torchvision's
 * adjust_hue on Pillow images. Pixels are changed in place, in planes [3, pixels].
 */
import type { ImageDraws } from '../../random/imageDraws.ts';
import { channels, planarImage, type ImageView } from '../image.ts';
import { planesFor, type Planes } from '../planes.ts';
import { turnHue } from './hue.ts';
import type { ColorJitterStep } from './imageSteps.ts';

/** Share of each channel in Pillow's grey ("L"), in 65536ths. */
const greyRed = 19595;
const greyGreen = 38470;
const greyBlue = 7471;

function grey(red: number, green: number, blue: number): number {
  return (red * greyRed + green * greyGreen + blue * greyBlue + 0x8000) >> 16;
}

/** Toward or away from one grey level: what is left of Image.blend when one of its images has one value. */
function blendWithLevel(planes: Planes, pixels: number, level: number, factor: number): void {
  const alpha = Math.fround(factor);
  const table = new Uint8ClampedArray(256);
  for (let value = 0; value < 256; value++) {
    table[value] = Math.trunc(Math.fround(level + Math.fround(alpha * (value - level))));
  }
  const end = channels * pixels;
  for (let i = 0; i < end; i++) planes[i] = table[planes[i]!]!;
}

/** 0 is black, 1 the image. */
export function adjustBrightness(planes: Planes, pixels: number, factor: number): void {
  blendWithLevel(planes, pixels, 0, factor);
}

/** 0 is the image's mean grey, 1 the image. */
export function adjustContrast(planes: Planes, pixels: number, factor: number): void {
  let sum = 0;
  for (let i = 0; i < pixels; i++) sum += grey(planes[i]!, planes[pixels + i]!, planes[2 * pixels + i]!);
  blendWithLevel(planes, pixels, Math.trunc(sum / pixels + 0.5), factor);
}

function clampByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value);
}

/** 0 is the image in greys, 1 the image. */
export function adjustSaturation(planes: Planes, pixels: number, factor: number): void {
  const alpha = Math.fround(factor);
  // alpha times every difference of two bytes.
  const scaled = new Float32Array(511);
  for (let i = 0; i < 511; i++) scaled[i] = alpha * (i - 255);
  for (let i = 0, j = pixels, k = 2 * pixels; i < pixels; i++, j++, k++) {
    const red = planes[i]!;
    const green = planes[j]!;
    const blue = planes[k]!;
    const level = grey(red, green, blue);
    planes[i] = clampByte(Math.fround(level + scaled[red - level + 255]!));
    planes[j] = clampByte(Math.fround(level + scaled[green - level + 255]!));
    planes[k] = clampByte(Math.fround(level + scaled[blue - level + 255]!));
  }
}

/** Turns the hue by `factor` of the circle, -0.5 to 0.5. */
export function adjustHue(planes: Planes, pixels: number, factor: number): void {
  turnHue(planes, pixels, Math.trunc(factor * 255) & 255);
}

const adjustments = [adjustBrightness, adjustContrast, adjustSaturation, adjustHue] as const;

/** What one image gets: a factor for each of brightness, contrast, saturation and hue, and in which order. */
interface Jitter {
  readonly order: Uint8Array;
  readonly factors: Float64Array;
  readonly used: readonly boolean[];
}

function drawJitter(step: ColorJitterStep, { order, factors }: Jitter, draws: ImageDraws): void {
  for (let i = 0; i < order.length; i++) order[i] = i;
  for (let last = order.length - 1; last > 0; last--) {
    const chosen = draws.below(last + 1);
    const moved = order[chosen]!;
    order[chosen] = order[last]!;
    order[last] = moved;
  }
  const spans = [step.brightness, step.contrast, step.saturation];
  spans.forEach((span, i) => (factors[i] = draws.between(Math.max(0, 1 - span), 1 + span)));
  factors[3] = draws.between(-step.hue, step.hue);
}

function copyPlanes({ data, offset, height, width, strides }: ImageView, out: Planes): void {
  let to = 0;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      let from = offset + c * strides.channel + y * strides.row;
      for (let x = 0; x < width; x++, from += strides.column) out[to++] = data[from]!;
    }
  }
}

/** Makes the function that does a step; its result lives in its memory until the next call. */
export function colorJitterOperation(
  step: ColorJitterStep,
): (image: ImageView, draws: ImageDraws) => ImageView {
  const used = [step.brightness > 0, step.contrast > 0, step.saturation > 0, step.hue > 0];
  const jitter: Jitter = { order: new Uint8Array(4), factors: new Float64Array(4), used };
  let planes: Planes = new Uint8Array(0);
  return (image, draws) => {
    drawJitter(step, jitter, draws);
    planes = planesFor(planes, image);
    copyPlanes(image, planes);
    const pixels = image.height * image.width;
    for (const i of jitter.order) {
      if (used[i]) adjustments[i]!(planes, pixels, jitter.factors[i]!);
    }
    return planarImage(planes, image);
  };
}
