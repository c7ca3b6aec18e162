import type { ImageDraws } from '../../random/imageDraws.ts';
import { channels } from '../image.ts';
import type { PcaColorStep } from './tensorSteps.ts';

/**
 * [p1 p2 p3][a1 m1, a2 m2, a3 m3]ᵀ: what the paper's formula adds to red, green and blue, for the three draws a
 * (Krizhevsky, Sutskever and Hinton 2012, section 4.1).
 */
export function pcaOffsets(
  { magnitudes, vectors }: Pick<PcaColorStep, 'magnitudes' | 'vectors'>,
  a: readonly number[],
): [number, number, number] {
  const offsets: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < channels; i++) {
    const along = a[i]! * magnitudes[i]!;
    for (let c = 0; c < channels; c++) offsets[c]! += vectors[i]![c]! * along;
  }
  return offsets;
}

/** The offsets of one image. */
export function drawPcaOffsets(step: PcaColorStep, draws: ImageDraws): [number, number, number] {
  const { std } = step;
  return pcaOffsets(step, [std * draws.normal(), std * draws.normal(), std * draws.normal()]);
}
