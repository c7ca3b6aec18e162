/** Kernels that go once over memory: ReLU, sums for biases. */
import type { KernelSource, Vector, VectorAssembler } from '../assembler/vector.ts';
import { panelColumns } from './tile.ts';

const pixelBytes = panelColumns * 4;

export interface LinesShape {
  /** Pixels of 16 channels in a line. */
  readonly width: number;
  /** Bytes from a line to the next, for each operand in turn. */
  readonly lineBytes: readonly number[];
}

export function linesName(kind: string, shape: LinesShape): string {
  return [kind, shape.width, ...shape.lineBytes].join('-');
}

/** Emits a loop over lines and pixels that moves all operands on; `body` handles the pixel they point at. */
export function overLines(
  a: VectorAssembler,
  shape: LinesShape,
  operands: readonly Parameters<VectorAssembler['advance']>[0][],
  lines: Parameters<VectorAssembler['loop']>[0],
  body: () => void,
): void {
  a.loop(lines, () => {
    a.repeat(shape.width, () => {
      body();
      for (const operand of operands) a.advance(operand, pixelBytes);
    });
    operands.forEach((operand, index) =>
      a.advance(operand, shape.lineBytes[index] - shape.width * pixelBytes),
    );
  });
}

/** y = max(x, 0). Parameters: x, y, lines. */
export function reluKernel(shape: LinesShape): KernelSource {
  return {
    name: linesName('relu', shape),
    parameters: 3,
    emit(a, [x, y, lines]) {
      const value = a.vector();
      overLines(a, shape, [x, y], lines, () => {
        for (let lane = 0; lane < panelColumns; lane += a.lanes) {
          a.load(value, x, lane * 4);
          a.rectify(value, value);
          a.store(value, y, lane * 4);
        }
      });
    },
  };
}

/** dx = y > 0 ? dy : 0. Parameters: y, dy, dx, lines. */
export function reluBackwardKernel(shape: LinesShape): KernelSource {
  return {
    name: linesName('reluBackward', shape),
    parameters: 4,
    emit(a, [y, outGradient, inGradient, lines]) {
      const [value, gradient] = [a.vector(), a.vector()];
      overLines(a, shape, [y, outGradient, inGradient], lines, () => {
        for (let lane = 0; lane < panelColumns; lane += a.lanes) {
          a.load(value, y, lane * 4);
          a.load(gradient, outGradient, lane * 4);
          a.keepWherePositive(gradient, value, gradient);
          a.store(gradient, inGradient, lane * 4);
        }
      });
    },
  };
}

/** sum[0..15] += the pixels of all lines. Parameters: x, sum, lines. */
export function sumPixelsKernel(shape: LinesShape): KernelSource {
  return {
    name: linesName('sumPixels', shape),
    parameters: 3,
    emit(a, [x, sum, lines]) {
      const totals: Vector[] = [];
      const value = a.vector();
      for (let lane = 0; lane < panelColumns; lane += a.lanes) totals.push(a.vector());
      totals.forEach((total, index) => a.load(total, sum, index * a.lanes * 4));
      overLines(a, shape, [x], lines, () => {
        totals.forEach((total, index) => {
          a.load(value, x, index * a.lanes * 4);
          a.add(total, total, value);
        });
      });
      totals.forEach((total, index) => a.store(total, sum, index * a.lanes * 4));
    },
  };
}
