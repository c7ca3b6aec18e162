import { describe, it } from 'node:test';
import { outerKernel, type OuterShape } from '../../../../src/engine/cpu/kernels/outer.ts';
import type { Instance } from '../../../../src/engine/cpu/threads/instance.ts';
import {
  assertSum,
  callGuarded,
  kernelInstance,
  kernelTargets,
  primeFrom,
  rowIndices,
} from '../kernelMemory.ts';

const rowCounts = [1, 5, 6, 7, 12, 13, 16, 17, 33] as const;
const places = { a: 101, b: 20001, c: 50021 } as const;

/** Rows around tiles of six and sixteen, points around unrollings of 13, both ways to start. */
function sweep(tileRows: number): OuterShape[] {
  return rowCounts.flatMap((rows) =>
    [1, 2, 12, 13, 14, 26].map((points, index) => {
      const pointFloats = primeFrom(rows > 16 ? 3 : rows);
      return {
        rows,
        tileRows,
        points,
        aPointBytes: pointFloats * 4,
        bPointBytes: primeFrom(16) * 4,
        aLineBytes: primeFrom(points * pointFloats) * 4,
        bLineBytes: primeFrom(points * primeFrom(16)) * 4,
        aGroupBytes: primeFrom(rows + 1) * 4,
        start: (rows + index) % 2 === 0 ? ('output' as const) : ('zero' as const),
      };
    }),
  );
}

function checkCall(instance: Instance, shape: OuterShape, lines: number, groups: number): void {
  const { floats, kernels } = instance;
  const kernel = kernels[outerKernel(shape).name]!;
  const rows = shape.rows * groups;
  const { before } = callGuarded(instance, rowIndices(places.c, rows, 16), () =>
    kernel(places.a * 4, places.b * 4, places.c * 4, lines, groups),
  );
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < 16; column++) {
      const what = `${outerKernel(shape).name}, ${lines} lines, group row ${row}, column ${column}`;
      assertSum(what, floats[places.c + row * 16 + column]!, sumAt(before, shape, lines, row, column));
    }
  }
}

function sumAt(
  before: Float32Array,
  shape: OuterShape,
  lines: number,
  row: number,
  column: number,
): Parameters<typeof assertSum>[2] {
  const { points, aPointBytes, bPointBytes, aLineBytes, bLineBytes, aGroupBytes } = shape;
  const group = Math.floor(row / shape.rows);
  const a = places.a + (group * aGroupBytes) / 4 + (row % shape.rows);
  let value = shape.start === 'zero' ? 0 : before[places.c + row * 16 + column]!;
  let magnitude = Math.abs(value);
  for (let line = 0; line < lines; line++) {
    for (let point = 0; point < points; point++) {
      const left = before[a + (line * aLineBytes + point * aPointBytes) / 4]!;
      const right = before[places.b + column + (line * bLineBytes + point * bPointBytes) / 4]!;
      value += left * right;
      magnitude += Math.abs(left * right);
    }
  }
  return { value, magnitude, terms: lines * points };
}

for (const { target, evenTileRows } of kernelTargets) {
  describe(`outer-f32-${evenTileRows}x16, ${target}`, () => {
    const shapes = sweep(evenTileRows);
    const instance = kernelInstance(shapes.map(outerKernel), target);
    for (const rows of rowCounts) {
      it(`${rows} rows`, () => {
        for (const shape of shapes.filter((one) => one.rows === rows)) {
          for (const lines of [1, 2, 3]) checkCall(instance, shape, lines, 1 + (lines % 3));
        }
      });
    }
  });
}
