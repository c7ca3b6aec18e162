/** Stretches of the engine's memory. */
import { panelColumns } from '../kernels/tile.ts';
import type { ImageGroup } from '../operators/winograd/tiling.ts';
import type { GradientMatrix, ImageTensor, MatrixTensor } from '../plan/tensors.ts';

export interface Range {
  readonly address: number;
  readonly bytes: number;
}

export interface Operands {
  readonly reads: readonly Range[];
  readonly writes: readonly Range[];
}

export const rowBytes = panelColumns * 4;
export const squareBytes = panelColumns * rowBytes;

export function range(address: number, bytes: number): Range {
  return { address, bytes };
}

export function imageRange({ address, imageBytes }: ImageTensor, { first, count }: ImageGroup): Range {
  return range(address + first * imageBytes, count * imageBytes);
}

export function matrixRange({ address, blocks, blockBytes }: MatrixTensor): Range {
  return range(address, blocks * blockBytes);
}

export function gradientRange({ address, panels, panelBytes }: GradientMatrix): Range {
  return range(address, panels * panelBytes);
}
