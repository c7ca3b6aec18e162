/** Batch normalisation over a plane of 16 channels: statistics, y = x * scale + shift, and the way back. */
import type { KernelSource, Pointer, Vector, VectorAssembler } from '../assembler/vector.ts';
import { linesName, overLines, type LinesShape } from './elementwise.ts';
import { panelColumns } from './tile.ts';

const rowBytes = panelColumns * 4;

/** Emits sums over all pixels, in registers between a load and a store of each: `count` rows of 16 at `sums`. */
function emitSums(
  a: VectorAssembler,
  shape: LinesShape,
  { operands, lines, sums }: { operands: readonly Pointer[]; lines: Pointer; sums: Pointer },
  count: number,
  body: (lane: number, totals: readonly Vector[]) => void,
): void {
  const lanes = Array.from({ length: panelColumns / a.lanes }, (_, index) => index * a.lanes);
  const totals = lanes.map(() => Array.from({ length: count }, () => a.vector()));
  const forEach = (visit: (total: Vector, bytes: number) => void): void =>
    lanes.forEach((lane, index) =>
      totals[index].forEach((total, row) => visit(total, row * rowBytes + lane * 4)),
    );
  forEach((total, bytes) => a.load(total, sums, bytes));
  overLines(a, shape, operands, lines, () => lanes.forEach((lane, index) => body(lane, totals[index])));
  forEach((total, bytes) => a.store(total, sums, bytes));
}

/** sums[0..15] += (x - mean)² over all pixels. Parameters: x, mean, sums, lines. */
export function deviationsKernel(shape: LinesShape): KernelSource {
  return {
    name: linesName('deviations', shape),
    parameters: 4,
    emit(a, [x, mean, sums, lines]) {
      const [value, center] = [a.vector(), a.vector()];
      emitSums(a, shape, { operands: [x], lines, sums }, 1, (lane, [total]) => {
        a.load(value, x, lane * 4);
        a.load(center, mean, lane * 4);
        a.subtract(value, value, center);
        a.product(value, value, value);
        a.add(total, total, value);
      });
    },
  };
}

/** y = x * scale + shift, two rows at `coefficients`; then a ReLU, if so. Parameters: x, y, lines, coefficients. */
export function scaleShiftKernel(shape: LinesShape, rectify: boolean): KernelSource {
  return {
    name: linesName(rectify ? 'scaleShiftRelu' : 'scaleShift', shape),
    parameters: 4,
    emit(a, [x, y, lines, coefficients]) {
      const [value, coefficient] = [a.vector(), a.vector()];
      overLines(a, shape, [x, y], lines, () => {
        for (let lane = 0; lane < panelColumns; lane += a.lanes) {
          a.load(value, x, lane * 4);
          a.load(coefficient, coefficients, lane * 4);
          a.product(value, value, coefficient);
          a.load(coefficient, coefficients, rowBytes + lane * 4);
          a.add(value, value, coefficient);
          if (rectify) a.rectify(value, value);
          a.store(value, y, lane * 4);
        }
      });
    },
  };
}

/** Two rows of sums over all pixels: += dy, += dy * (x - mean). Parameters: x, dy, mean, sums, lines. */
export function gradientSumsKernel(shape: LinesShape): KernelSource {
  return {
    name: linesName('gradientSums', shape),
    parameters: 5,
    emit(a, [x, gradient, mean, sums, lines]) {
      const [value, center, given] = [a.vector(), a.vector(), a.vector()];
      emitSums(a, shape, { operands: [x, gradient], lines, sums }, 2, (lane, [plain, weighted]) => {
        a.load(given, gradient, lane * 4);
        a.add(plain, plain, given);
        a.load(value, x, lane * 4);
        a.load(center, mean, lane * 4);
        a.subtract(value, value, center);
        a.product(given, given, value);
        a.add(weighted, weighted, given);
      });
    },
  };
}

/** dx = dy * a + x * b + c, three rows at `coefficients`. Parameters: x, dy, dx, lines, coefficients. */
export function normGradientKernel(shape: LinesShape): KernelSource {
  return {
    name: linesName('normGradient', shape),
    parameters: 5,
    emit(a, [x, outGradient, inGradient, lines, coefficients]) {
      const [value, sum, coefficient] = [a.vector(), a.vector(), a.vector()];
      overLines(a, shape, [x, outGradient, inGradient], lines, () => {
        for (let lane = 0; lane < panelColumns; lane += a.lanes) {
          a.load(sum, coefficients, 2 * rowBytes + lane * 4);
          [outGradient, x].forEach((operand, row) => {
            a.load(value, operand, lane * 4);
            a.load(coefficient, coefficients, row * rowBytes + lane * 4);
            a.product(value, value, coefficient);
            a.add(sum, sum, value);
          });
          a.store(sum, inGradient, lane * 4);
        }
      });
    },
  };
}
