/**
 * gemv-f32: c[0..15] = bias[0..15] + sum over k of a[k] * B[k, 0..15], for several panels B of 16 columns at once. Every
 * weight is used once, so the memory's speed is what counts: several panels are as many streams for it to run ahead on,
 * and as many sums that do not wait for each other.
 */
import type { KernelSource, Pointer, VectorAssembler } from '../assembler/vector.ts';
import { panelColumns } from './tile.ts';

const rowBytes = panelColumns * 4;

export interface GemvShape {
  readonly panels: number;
  /** Bytes from a panel to the next. Biases and results follow each other. */
  readonly panelBytes: number;
  readonly rectify: boolean;
}

/** Parameters: a, B, bias, c, blocks (16 values of a, which follow each other). */
export function gemvKernel(shape: GemvShape): KernelSource {
  const { panels, panelBytes, rectify } = shape;
  const name = ['gemv', panels, panelBytes, rectify ? 'relu' : 'linear'].join('-');
  return { name, parameters: 5, emit: (a, parameters) => emitGemv(a, parameters, shape) };
}

function emitGemv(a: VectorAssembler, parameters: readonly Pointer[], shape: GemvShape): void {
  const [x, b, bias, c, blocks] = parameters;
  const vectors = panelColumns / a.lanes;
  const sums = Array.from({ length: shape.panels * vectors }, () => a.vector());
  const weights = a.vector();
  const splat = a.splat();
  sums.forEach((sum, index) => a.load(sum, bias, index * a.lanes * 4));
  a.loop(blocks, () => {
    for (let step = 0; step < panelColumns; step++) {
      a.broadcast(splat, x, step * 4);
      sums.forEach((sum, index) => {
        const panel = Math.floor(index / vectors) * shape.panelBytes;
        a.load(weights, b, panel + step * rowBytes + (index % vectors) * a.lanes * 4);
        a.multiplyAdd(sum, splat, weights);
      });
    }
    a.advance(x, rowBytes);
    a.advance(b, panelColumns * rowBytes);
  });
  if (shape.rectify) for (const sum of sums) a.rectify(sum, sum);
  sums.forEach((sum, index) => a.store(sum, c, index * a.lanes * 4));
}
