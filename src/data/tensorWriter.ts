/** From the pixels of an image to the engine's input: toTensor and what comes after it, in PyTorch's float32. */
import type { ImageBuffer } from '../engine/engine.ts';
import type { ImageDraws } from '../random/imageDraws.ts';
import { drawCutout, drawErasing } from './augmentation/drawWindow.ts';
import { enlargedMean } from './augmentation/meanImage.ts';
import { drawPcaOffsets } from './augmentation/pcaColor.ts';
import type { PcaColorStep, SubtractMeanStep } from './augmentation/tensorSteps.ts';
import type { Window } from './augmentation/window.ts';
import { channels, type ImageView } from './image.ts';
import type { NormalizeStep, TensorStep } from './transforms.ts';

const { fround } = Math;

/** Puts an image into image `at` of an engine's input. */
export type TensorWriter = (image: ImageView, target: ImageBuffer, at: number, draws: ImageDraws) => void;

/** A step that does the same to every value of a channel: it can be done to the 256 values that there are. */
type ChannelStep = NormalizeStep | PcaColorStep;

function isChannelStep(step: TensorStep): step is ChannelStep {
  return step.type === 'normalize' || step.type === 'pcaColor';
}

/**
 * Makes the writer for the steps after toTensor (checked already). `firstStep` is the place of the first of them in the
 * whole chain, which random numbers depend on.
 */
export function tensorWriter(steps: readonly TensorStep[], firstStep: number): TensorWriter {
  const later = steps.findIndex((step) => !isChannelStep(step));
  const first = (later < 0 ? steps : steps.slice(0, later)) as readonly ChannelStep[];
  const passes = later < 0 ? [] : steps.slice(later).map(targetPass);
  const tableOf = valueTable(first, firstStep);
  return (image, target, at, draws) => {
    writeValues(image, tableOf(draws), target, at);
    passes.forEach((pass, i) => {
      draws.step(firstStep + first.length + i);
      pass(target, at, draws);
    });
  };
}

/** What the steps make of each of the 256 values, [channel, value]. Made once, unless a step is random. */
function valueTable(steps: readonly ChannelStep[], firstStep: number): (draws: ImageDraws) => Float32Array {
  const plain = Float32Array.from({ length: channels * 256 }, (_, i) => (i % 256) / 255);
  const table = new Float32Array(channels * 256);
  const fill = (draws?: ImageDraws): Float32Array => {
    table.set(plain);
    steps.forEach((step, i) => {
      draws?.step(firstStep + i);
      applyToTable(table, step, draws);
    });
    return table;
  };
  if (steps.some(({ type }) => type === 'pcaColor')) return fill;
  fill();
  return () => table;
}

function applyToTable(table: Float32Array, step: ChannelStep, draws: ImageDraws | undefined): void {
  if (step.type === 'normalize') {
    for (let c = 0; c < channels; c++) {
      normalizeRun(table, c * 256, 1, 256, fround(step.mean[c]!), fround(step.std[c]!));
    }
  } else if (draws !== undefined) {
    const offsets = drawPcaOffsets(step, draws);
    for (let i = 0; i < table.length; i++) table[i]! += offsets[i >> 8]!;
  }
}

function normalizeRun(
  data: Float32Array,
  from: number,
  step: number,
  count: number,
  mean: number,
  std: number,
): void {
  for (let i = 0, at = from; i < count; i++, at += step) data[at] = fround(data[at]! - mean) / std;
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

function writeValues(image: ImageView, table: Float32Array, target: ImageBuffer, at: number): void {
  const start = target.offset + at * target.strides.image;
  for (let y = 0; y < image.height; y++) {
    for (let c = 0; c < channels; c++) {
      const from = image.offset + c * image.strides.channel + y * image.strides.row;
      const to = start + c * target.strides.channel + y * target.strides.row;
      writeRow(image, from, table, c * 256, target, to);
    }
  }
}

/** A step done to an image that is in the target already. */
type TargetPass = (target: ImageBuffer, at: number, draws: ImageDraws) => void;

function targetPass(step: TensorStep): TargetPass {
  switch (step.type) {
    case 'normalize':
      return (target, at) => {
        forEachRow(target, at, (from, c) => {
          const { data, strides, shape } = target;
          normalizeRun(data, from, strides.column, shape[3], fround(step.mean[c]!), fround(step.std[c]!));
        });
      };
    case 'pcaColor':
      return (target, at, draws) => {
        const offsets = drawPcaOffsets(step, draws);
        forEachRow(target, at, (from, c) => {
          const { data, strides, shape } = target;
          for (let x = 0, i = from; x < shape[3]; x++, i += strides.column) data[i]! += offsets[c]!;
        });
      };
    case 'subtractMean':
      return subtractMeanPass(step);
    case 'cutout':
      return (target, at, draws) => fillWindow(target, at, drawCutout(step, sizeOf(target), draws), 0);
    case 'randomErasing':
      return (target, at, draws) =>
        fillWindow(target, at, drawErasing(step, sizeOf(target), draws), step.value);
  }
}

function sizeOf({ shape: [, , height, width] }: ImageBuffer): { height: number; width: number } {
  return { height, width };
}

function forEachRow(target: ImageBuffer, at: number, visit: (from: number, channel: number) => void): void {
  const start = target.offset + at * target.strides.image;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < target.shape[2]; y++) {
      visit(start + c * target.strides.channel + y * target.strides.row, c);
    }
  }
}

function subtractMeanPass(step: SubtractMeanStep): TargetPass {
  let mean: Float32Array | undefined;
  return (target, at) => {
    mean ??= enlargedMean(step, sizeOf(target));
    const { data, strides, shape } = target;
    let next = 0;
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < shape[2]; y++) {
        let i = target.offset + at * strides.image + c * strides.channel + y * strides.row;
        for (let x = 0; x < shape[3]; x++, i += strides.column) data[i]! -= mean[next++]!;
      }
    }
  };
}

function fillWindow(target: ImageBuffer, at: number, window: Window | undefined, value: number): void {
  if (window === undefined) return;
  const { data, offset, strides } = target;
  const corner = offset + at * strides.image + window.top * strides.row + window.left * strides.column;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < window.height; y++) {
      let i = corner + c * strides.channel + y * strides.row;
      for (let x = 0; x < window.width; x++, i += strides.column) data[i] = value;
    }
  }
}
