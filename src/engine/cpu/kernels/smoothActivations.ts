/**
 * tanh and the sigmoid, forward and backward, by exactly rounded operations alone: the same bits on every target.
 *
 * tanh is Lambert's continued fraction x / (1 + x² / (3 + x² / (5 + …))), cut after 13 levels, for x up to ±9, where
 * tanh is within half a unit in the last place of 1: a quotient of two polynomials in x² with coefficients over 0,
 * right to a few units in the last place. sigmoid(x) = (tanh(x / 2) + 1) / 2.
 */
import type { KernelSource, Pointer, Vector, VectorAssembler } from '../assembler/vector.ts';
import { linesName, overLines, type LinesShape } from './elementwise.ts';
import { panelColumns } from './tile.ts';

const rowBytes = panelColumns * 4;
const levels = 13;
const limit = 9;

/** Numerator and denominator of the cut fraction over x, in ascending powers of x². */
function lambert(): readonly [numerator: number[], denominator: number[]] {
  let [upper, lower] = [[2 * levels - 1], [1]];
  for (let level = levels - 1; level >= 1; level--) {
    const length = Math.max(upper.length, lower.length + 1);
    const next = Array.from(
      { length },
      (_, power) => (2 * level - 1) * (upper[power] ?? 0) + (lower[power - 1] ?? 0),
    );
    [upper, lower] = [next, upper];
  }
  return [lower.map((value) => value / upper[0]), upper.map((value) => value / upper[0])];
}

const [numerator, denominator] = lambert();
const rows = { one: 0, half: 1, minusLimit: 2, numerator: 3, denominator: 3 + numerator.length } as const;

/** What the kernels read beside their operands: each constant in 16 lanes. */
export function smoothConstants(): Float32Array {
  const values = [1, 0.5, -limit, ...numerator, ...denominator];
  return Float32Array.from(values.flatMap((value) => Array<number>(panelColumns).fill(value)));
}

/** What a sigmoid multiplies by: 0.5 in the first `channels` lanes, 0 in those that are padding and must stay 0. */
export function sigmoidLanes(channels: number): Float32Array {
  return Float32Array.from({ length: panelColumns }, (_, lane) => (lane < channels ? 0.5 : 0));
}

export type SmoothActivation = 'tanh' | 'sigmoid';

/** y of x. Parameters: x, y, lines, constants, lanes (of a sigmoid). */
export function smoothKernel(activation: SmoothActivation, shape: LinesShape): KernelSource {
  return {
    name: linesName(activation, shape),
    parameters: 5,
    emit(a, [x, y, lines, constants, lanes]) {
      const registers = {
        value: a.vector(),
        square: a.vector(),
        p: a.vector(),
        q: a.vector(),
        c: a.vector(),
      };
      overLines(a, shape, [x, y], lines, () => {
        for (let lane = 0; lane < panelColumns; lane += a.lanes) {
          const constant = (row: number): void => a.load(registers.c, constants, row * rowBytes + lane * 4);
          a.load(registers.value, x, lane * 4);
          if (activation === 'sigmoid') {
            constant(rows.half);
            a.product(registers.value, registers.value, registers.c);
          }
          emitTanh(a, registers, constant);
          if (activation === 'sigmoid') {
            constant(rows.one);
            a.add(registers.value, registers.value, registers.c);
            a.load(registers.c, lanes, lane * 4);
            a.product(registers.value, registers.value, registers.c);
          }
          a.store(registers.value, y, lane * 4);
        }
      });
    },
  };
}

interface Registers {
  readonly value: Vector;
  readonly square: Vector;
  readonly p: Vector;
  readonly q: Vector;
  /** Of the constant that was loaded last. */
  readonly c: Vector;
}

/** value = tanh(value) */
function emitTanh(
  a: VectorAssembler,
  { value, square, p, q, c }: Registers,
  constant: (row: number) => void,
): void {
  constant(rows.minusLimit);
  a.max(value, value, c);
  a.zero(q);
  a.subtract(value, q, value);
  a.max(value, value, c);
  a.subtract(value, q, value);
  a.product(square, value, value);
  const horner = (sum: Vector, first: number, count: number): void => {
    constant(first + count - 1);
    a.zero(sum);
    a.add(sum, sum, c);
    for (let power = count - 2; power >= 0; power--) {
      a.product(sum, sum, square);
      constant(first + power);
      a.add(sum, sum, c);
    }
  };
  horner(p, rows.numerator, numerator.length);
  horner(q, rows.denominator, denominator.length);
  a.product(value, value, p);
  a.divide(value, value, q);
}

/** dx = dy * the slope, which follows from y: 1 - y², or y (1 - y). Parameters: y, dy, dx, lines, constants. */
export function smoothBackwardKernel(activation: SmoothActivation, shape: LinesShape): KernelSource {
  return {
    name: linesName(`${activation}Backward`, shape),
    parameters: 5,
    emit(a, [y, outGradient, inGradient, lines, constants]: readonly Pointer[]) {
      const [value, slope, gradient] = [a.vector(), a.vector(), a.vector()];
      overLines(a, shape, [y, outGradient, inGradient], lines, () => {
        for (let lane = 0; lane < panelColumns; lane += a.lanes) {
          a.load(value, y, lane * 4);
          a.load(slope, constants, rows.one * rowBytes + lane * 4);
          a.load(gradient, outGradient, lane * 4);
          if (activation === 'tanh') {
            a.product(value, value, value);
            a.subtract(slope, slope, value);
          } else {
            a.subtract(slope, slope, value);
            a.product(slope, slope, value);
          }
          a.product(gradient, gradient, slope);
          a.store(gradient, inGradient, lane * 4);
        }
      });
    },
  };
}
