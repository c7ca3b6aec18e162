/**
 * The matrices of Winograd's minimal filtering F(m, r): m outputs of a filter with r taps from m + r - 1 inputs, with
 * as many multiplications. In one dimension
 *   y = outputs · [(weights · g) ⊙ (inputs · d)]
 * and in two dimensions each matrix is applied from both sides. Built as Toom and Cook's: polynomials evaluated at
 * points, one of which is infinity. Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2015.
 */
import type { Matrix } from '../../kernels/linearMap.ts';

export interface WinogradMatrices {
  /** [m + r - 1, m + r - 1], B transposed in the paper. */
  readonly inputs: Matrix;
  /** [m + r - 1, r], G. */
  readonly weights: Matrix;
  /** [m, m + r - 1], A transposed. */
  readonly outputs: Matrix;
}

/**
 * Evaluation points in the order in which they are taken. Small, and pairs of one size but opposite signs, so that the
 * matrices stay small (which keeps rounding errors small) and halves of rows can be shared. More points than these let
 * the error jump by ten: with eight or less it stays near 1e-5 of the largest output (docs/performance.md).
 */
const finitePoints = [0, 1, -1, 2, -2, 1 / 2, -1 / 2] as const;

/** Points of the largest transform: those above and infinity. */
export const mostPoints = finitePoints.length + 1;

/** For m outputs and r taps, m + r - 1 from 2 to `mostPoints`. All entries are exact in float64. */
export function winogradMatrices(m: number, r: number): WinogradMatrices {
  const points = finitePoints.slice(0, m + r - 2);
  return {
    inputs: [
      ...points.map((_, i) => [...product(points.filter((__, j) => j !== i)), 0]),
      [...product(points)],
    ],
    weights: [
      ...points.map((point, i) => {
        const distance = points.reduce<number>((all, other, j) => (j === i ? all : all * (point - other)), 1);
        return Array.from({ length: r }, (_, power) => point ** power / distance);
      }),
      unit(r, r - 1),
    ],
    outputs: Array.from({ length: m }, (_, power) => [
      ...points.map((point) => point ** power),
      power === m - 1 ? 1 : 0,
    ]),
  };
}

/** Coefficients, from the constant up, of the product of (x - point). */
function product(points: readonly number[]): number[] {
  return points.reduce<number[]>(
    (coefficients, point) =>
      [...coefficients, 0].map(
        (value, power) => (coefficients[power - 1] ?? 0) - point * (power < coefficients.length ? value : 0),
      ),
    [1],
  );
}

function unit(length: number, at: number): number[] {
  return Array.from({ length }, (_, index) => (index === at ? 1 : 0));
}

export function transposed(matrix: Matrix): Matrix {
  return matrix[0].map((_, column) => matrix.map((row) => row[column]));
}
