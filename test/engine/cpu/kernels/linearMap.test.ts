import assert from 'node:assert/strict';
import { it } from 'node:test';
import { matrixConstants, type Matrix } from '../../../../src/engine/cpu/kernels/linearMap.ts';
import { transformKernel, type TransformShape } from '../../../../src/engine/cpu/kernels/transform.ts';
import { hashedTensor } from '../../hashedTensors.ts';
import { callGuarded, kernelInstance, kernelTargets, unitRoundoff } from '../kernelMemory.ts';

/** Every path of the map: shared rows, shared columns, single entries, sums of only negative entries, zeros. */
const matrices: Readonly<Record<string, Matrix>> = {
  identity: [
    [1, 0],
    [0, 1],
  ],
  negative: [
    [-1, 0, 0],
    [-1, -1, 0],
    [-2, 0, -1],
  ],
  empty: [
    [0, 0],
    [0, 3],
  ],
  rows: [
    [1, 2, 3],
    [1, -2, 3],
    [0.5, 0, 1],
  ],
  columns: [
    [1, 1, 0],
    [2, -2, 1],
    [4, 4, -1],
    [-1, 1, 0],
  ],
};

const places = { x: 100, y: 8001, constants: 20011, scratch: 21003 } as const;

function shapeOf(name: string, matrix: Matrix): TransformShape {
  const [rows, columns] = [matrix.length, matrix[0]!.length];
  return {
    name,
    matrix,
    from: { rowBytes: columns * 64, columnBytes: 64, tileBytes: columns * columns * 64 },
    to: { rowBytes: rows * 64, columnBytes: 64, tileBytes: rows * rows * 64 },
    rows,
    columns: rows,
    bias: false,
    rectify: false,
  };
}

for (const { target } of kernelTargets) {
  for (const [name, matrix] of Object.entries(matrices)) {
    it(`${name} from both sides, ${target}`, () => {
      const shape = shapeOf(name, matrix);
      const instance = kernelInstance([transformKernel(shape)], target);
      const [p, q] = [matrix.length, matrix[0]!.length];
      const x = hashedTensor(3, 0, q * q * 16);
      instance.floats.set(x, places.x);
      instance.floats.set(matrixConstants(matrix), places.constants);
      const writable = [
        ...Array.from({ length: p * p * 16 }, (_, index) => places.y + index),
        ...Array.from({ length: p * q * 16 }, (_, index) => places.scratch + index),
      ];
      callGuarded(instance, writable, () =>
        instance.kernels[transformKernel(shape).name]!(
          places.x * 4,
          places.y * 4,
          1,
          places.constants * 4,
          places.scratch * 4,
          0,
        ),
      );
      for (let index = 0; index < p * p * 16; index++) {
        const [row, column, channel] = [Math.floor(index / 16 / p), Math.floor(index / 16) % p, index % 16];
        let [expected, magnitude] = [0, 0];
        for (let a = 0; a < q; a++) {
          for (let b = 0; b < q; b++) {
            const term = matrix[row]![a]! * x[(a * q + b) * 16 + channel]! * matrix[column]![b]!;
            expected += term;
            magnitude += Math.abs(term);
          }
        }
        const bound = 4 * (q + 2) * unitRoundoff * magnitude;
        const actual = instance.floats[places.y + index]!;
        assert.ok(Math.abs(actual - expected) <= bound, `${index}: ${actual}, expected ${expected}`);
      }
    });
  }
}
