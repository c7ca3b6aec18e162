import { planarImage, type ImageView } from '../data/image.ts';
import { planarBuffer } from '../data/imageBuffer.ts';
import { imageTransform } from '../data/transformImage.ts';
import { isImageStep } from '../data/transforms.ts';
import type { ImageBuffer } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { softmax } from '../training/softmax.ts';
import { checkClass } from './checkClass.ts';
import { blankPlane, type Plane } from './plane.ts';
import { largestIndex } from '../training/largestIndex.ts';
import type { Subject } from './subject.ts';

export interface OcclusionOptions {
  /** Index of the class whose probability is watched. Default: the most probable one. */
  readonly class?: number | undefined;
  /** Side of the square, in pixels of the network's input. Default: a quarter of the input's shorter side. */
  readonly size?: number | undefined;
  /** Pixels from one place to the next. Default: a quarter of `size`. */
  readonly stride?: number | undefined;
  /** Aborted, it makes occlusion throw its reason after the batch under way. */
  readonly signal?: AbortSignal | undefined;
  /** Told of places that are done, and of how many there are. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface Occlusion {
  readonly class: number;
  readonly size: number;
  readonly stride: number;
  /** Of the class, for the image as it is. */
  readonly probability: number;
  /** First rows and first columns of the square's places; the last ones touch the image's edge. */
  readonly tops: readonly number[];
  readonly lefts: readonly number[];
  /** Probability of the class with the square at each place, [tops, lefts]. */
  readonly places: Plane;
  /** At the input's size: what the squares over a pixel take from the probability, in the mean. */
  readonly drop: Plane;
}

/** Middle of a pixel's values. */
const grey = 128;

/**
 * What a network needs to see (Zeiler and Fergus 2014, section 4.2): a grey square covers a part of its input, at one
 * place after the other, and the probability of a class is noted. Throws ALEX_OPTION_VALUE.
 */
export async function occlusion(
  subject: Subject,
  image: ImageView,
  options: OcclusionOptions = {},
): Promise<Occlusion> {
  const { program, model, transforms } = subject;
  const { channels, height, width } = model.network.input;
  const { size, stride } = checkedSizes(options, Math.min(height, width));
  const [tops, lefts] = [places(height, size, stride), places(width, size, stride)];
  const whole = tensorOf([channels, height, width], (target) => imageTransform(transforms)(image, target, 0));
  const covered = greyInput(subject);
  const input = program.inputs[0]!;
  fill(input, 0, () => whole);
  const logits = await program.forward({ count: 1 });
  const classIndex = options.class ?? largestIndex(logits);
  checkClass(classIndex, logits.length);
  const out = blankPlane({ height: tops.length, width: lefts.length });
  const total = out.values.length;
  for (let first = 0; first < total; first += program.batchSize) {
    options.signal?.throwIfAborted();
    const count = Math.min(program.batchSize, total - first);
    for (let at = 0; at < count; at++) {
      const top = tops[Math.floor((first + at) / lefts.length)]!;
      const left = lefts[(first + at) % lefts.length]!;
      const isCovered = (y: number, x: number): boolean =>
        y >= top && y < top + size && x >= left && x < left + size;
      fill(input, at, (y, x) => (isCovered(y, x) ? covered : whole));
    }
    const all = await program.forward({ count });
    for (let at = 0; at < count; at++) {
      out.values[first + at] = softmax(all.subarray(at * logits.length, (at + 1) * logits.length))[
        classIndex
      ]!;
    }
    options.onProgress?.(first + count, total);
  }
  const probability = softmax(logits)[classIndex]!;
  const found = { class: classIndex, size, stride, probability, tops, lefts, places: out };
  return { ...found, drop: dropMap(found, { height, width }) };
}

function checkedSizes(
  { size: givenSize, stride: givenStride }: OcclusionOptions,
  side: number,
): { readonly size: number; readonly stride: number } {
  const size = givenSize ?? Math.max(1, Math.round(side / 4));
  const stride = givenStride ?? Math.max(1, Math.round(size / 4));
  checkSide('size', size, side);
  checkSide('stride', stride, side);
  return { size, stride };
}

function checkSide(option: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  const expected = `a whole number of pixels, 1 to ${most}`;
  throw alexnetError('ALEX_OPTION_VALUE', { option, value, expected });
}

/** From one edge to the other, the last step as short as it has to be. */
function places(side: number, size: number, stride: number): number[] {
  const last = side - size;
  const steps = Math.ceil(last / stride);
  return Array.from({ length: steps + 1 }, (_, step) => Math.min(last, step * stride));
}

type Planes = readonly [channels: number, height: number, width: number];

function tensorOf(shape: Planes, write: (target: ImageBuffer) => void): ImageBuffer {
  const buffer = planarBuffer(new Float32Array(shape[0] * shape[1] * shape[2]), [1, ...shape]);
  write(buffer);
  return buffer;
}

/** A grey image as the model's tensor steps leave it. */
function greyInput({ model, transforms }: Subject): ImageBuffer {
  const { channels, height, width } = model.network.input;
  const image = planarImage(new Uint8Array(channels * height * width).fill(grey), { height, width });
  const steps = transforms.filter((step) => !isImageStep(step));
  return tensorOf([channels, height, width], (target) => imageTransform(steps)(image, target, 0));
}

/** Writes image `at` of the input: each pixel that of the image that `from` says. */
function fill(input: ImageBuffer, at: number, from: (row: number, column: number) => ImageBuffer): void {
  const [, channels, height, width] = input.shape;
  const { strides } = input;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = from(y, x);
      const to = input.offset + at * strides.image + y * strides.row + x * strides.column;
      for (let c = 0; c < channels; c++) {
        input.data[to + c * strides.channel] = source.data[(c * height + y) * width + x]!;
      }
    }
  }
}

function dropMap(
  { tops, lefts, places: { values }, size, probability }: Omit<Occlusion, 'drop'>,
  input: { readonly height: number; readonly width: number },
): Plane {
  const drop = blankPlane(input);
  const squares = new Uint32Array(drop.values.length);
  tops.forEach((top, row) =>
    lefts.forEach((left, column) => {
      const lost = probability - values[row * lefts.length + column]!;
      for (let y = top; y < top + size; y++) {
        for (let x = left; x < left + size; x++) {
          drop.values[y * input.width + x]! += lost;
          squares[y * input.width + x]!++;
        }
      }
    }),
  );
  squares.forEach((count, at) => (drop.values[at]! /= Math.max(1, count)));
  return drop;
}
