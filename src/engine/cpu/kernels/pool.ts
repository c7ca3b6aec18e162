/**
 * Max pooling over one plane of 16 channels, forward and backward. Backward adds each output's gradient to the first
 * input of its window that equals the maximum, PyTorch's rule.
 */
import type { KernelSource, Pointer, VectorAssembler } from '../assembler/vector.ts';
import { panelColumns } from './tile.ts';

const pixelBytes = panelColumns * 4;

export interface PoolShape {
  readonly kernelSize: number;
  readonly stride: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Bytes from a row of the input (and of its gradient) to the next. */
  readonly inLineBytes: number;
  readonly inGradientLineBytes: number;
  readonly outLineBytes: number;
  readonly outGradientLineBytes: number;
  /** Backward also through the ReLU before the pooling: nothing passes where the maximum is 0. */
  readonly rectified: boolean;
}

function poolName(kind: string, shape: PoolShape): string {
  return [kind, ...Object.values(shape).map(Number)].join('-');
}

/** Parameters: input, output. */
export function maxPoolKernel(shape: PoolShape): KernelSource {
  return { name: poolName('maxPool', shape), parameters: 2, emit: (a, p) => emitMaxPool(a, p, shape) };
}

function emitMaxPool(a: VectorAssembler, [input, output]: readonly Pointer[], shape: PoolShape): void {
  const { kernelSize, stride, outHeight, outWidth, inLineBytes, outLineBytes } = shape;
  const [largest, other] = [a.vector(), a.vector()];
  a.repeat(outHeight, () => {
    a.repeat(outWidth, () => {
      for (let lane = 0; lane < panelColumns; lane += a.lanes) {
        a.load(largest, input, lane * 4);
        for (let tap = 1; tap < kernelSize * kernelSize; tap++) {
          a.load(other, input, tapBytes(tap, kernelSize, inLineBytes) + lane * 4);
          a.max(largest, other, largest);
        }
        a.store(largest, output, lane * 4);
      }
      a.advance(input, stride * pixelBytes);
      a.advance(output, pixelBytes);
    });
    a.advance(input, stride * (inLineBytes - outWidth * pixelBytes));
    a.advance(output, outLineBytes - outWidth * pixelBytes);
  });
}

function tapBytes(tap: number, kernelSize: number, lineBytes: number): number {
  return Math.floor(tap / kernelSize) * lineBytes + (tap % kernelSize) * pixelBytes;
}

/** Parameters: input, output, output's gradient, input's gradient (zero before). */
export function maxPoolBackwardKernel(shape: PoolShape): KernelSource {
  return {
    name: poolName('maxPoolBackward', shape),
    parameters: 4,
    emit: (a, p) => emitBackward(a, p, shape),
  };
}

function emitBackward(a: VectorAssembler, parameters: readonly Pointer[], shape: PoolShape): void {
  const [input, output, outGradient, inGradient] = parameters;
  const { kernelSize, stride, outHeight, outWidth } = shape;
  const [largest, left, value, sum] = [a.vector(), a.vector(), a.vector(), a.vector()];
  a.repeat(outHeight, () => {
    a.repeat(outWidth, () => {
      for (let lane = 0; lane < panelColumns; lane += a.lanes) {
        a.load(largest, output, lane * 4);
        a.load(left, outGradient, lane * 4);
        if (shape.rectified) a.keepWherePositive(left, largest, left);
        for (let tap = 0; tap < kernelSize * kernelSize; tap++) {
          const gradientBytes = tapBytes(tap, kernelSize, shape.inGradientLineBytes) + lane * 4;
          a.load(value, input, tapBytes(tap, kernelSize, shape.inLineBytes) + lane * 4);
          a.load(sum, inGradient, gradientBytes);
          a.takeWhereEqual(sum, left, value, largest);
          a.store(sum, inGradient, gradientBytes);
        }
      }
      a.advance(input, stride * pixelBytes);
      a.advance(inGradient, stride * pixelBytes);
      a.advance(output, pixelBytes);
      a.advance(outGradient, pixelBytes);
    });
    a.advance(input, stride * (shape.inLineBytes - outWidth * pixelBytes));
    a.advance(inGradient, stride * (shape.inGradientLineBytes - outWidth * pixelBytes));
    a.advance(output, shape.outLineBytes - outWidth * pixelBytes);
    a.advance(outGradient, shape.outGradientLineBytes - outWidth * pixelBytes);
  });
}
