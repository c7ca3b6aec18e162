import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  mostPoints,
  transposed,
  winogradMatrices,
} from '../../../../../src/engine/cpu/operators/winograd/matrices.ts';
import { hashedTensor } from '../../../hashedTensors.ts';

type Matrix = readonly (readonly number[])[];

function times(matrix: Matrix, vector: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((sum, value, index) => sum + value * vector[index]!, 0));
}

function assertNear(actual: readonly number[], expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, index) => assert.ok(Math.abs(value - expected[index]!) < 1e-12, `${index}`));
}

for (let r = 2; r <= 7; r++) {
  for (let m = 1; m + r - 1 <= mostPoints; m++) {
    const { inputs, weights, outputs } = winogradMatrices(m, r);
    const [d, g, dy] = [m + r - 1, r, m].map((length, index) => [...hashedTensor(5, index * 64, length)]);

    it(`F(${m}, ${r}) is a correlation`, () => {
      const products = times(weights, g!).map((value, index) => value * times(inputs, d!)[index]!);
      const direct = Array.from({ length: m }, (_, at) =>
        g!.reduce((sum, tap, index) => sum + tap * d![at + index]!, 0),
      );
      assertNear(times(outputs, products), direct);
    });

    it(`F(${m}, ${r}) gives the gradient of the weights`, () => {
      const slopes = times(transposed(outputs), dy!);
      const products = times(inputs, d!).map((value, index) => value * slopes[index]!);
      const direct = Array.from({ length: r }, (_, tap) =>
        dy!.reduce((sum, slope, at) => sum + slope * d![at + tap]!, 0),
      );
      assertNear(times(transposed(weights), products), direct);
    });
  }
}
