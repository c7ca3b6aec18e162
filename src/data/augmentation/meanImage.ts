import { channels, type ImageSize } from '../image.ts';
import type { SubtractMeanStep } from './tensorSteps.ts';

/** Positions of one dimension between which an output lies, and how near it is to the second. */
function between(at: number, from: number, to: number): readonly [number, number, number] {
  // Pixel centres are at halves, as in every resize here.
  const exact = Math.min(from - 1, Math.max(0, ((at + 0.5) * from) / to - 0.5));
  const low = Math.floor(exact);
  return [low, Math.min(from - 1, low + 1), exact - low];
}

/** The step's mean image at this size, [3, height, width]: itself, or enlarged bilinearly. */
export function enlargedMean(step: SubtractMeanStep, to: ImageSize): Float32Array {
  if (step.height === to.height && step.width === to.width) return Float32Array.from(step.mean);
  const out = new Float32Array(channels * to.height * to.width);
  let next = 0;
  for (let c = 0; c < channels; c++) {
    const value = (y: number, x: number): number => step.mean[(c * step.height + y) * step.width + x]!;
    for (let y = 0; y < to.height; y++) {
      const [top, bottom, down] = between(y, step.height, to.height);
      for (let x = 0; x < to.width; x++) {
        const [left, right, across] = between(x, step.width, to.width);
        const upper = value(top, left) * (1 - across) + value(top, right) * across;
        const lower = value(bottom, left) * (1 - across) + value(bottom, right) * across;
        out[next++] = upper * (1 - down) + lower * down;
      }
    }
  }
  return out;
}
