import { describe, it } from 'node:test';
import { productKernel, type ProductShape } from '../../../../src/engine/cpu/kernels/product.ts';
import type { Instance } from '../../../../src/engine/cpu/threads/instance.ts';
import {
  assertSum,
  callGuarded,
  kernelInstance,
  kernelTargets,
  primeFrom,
  rowIndices,
} from '../kernelMemory.ts';

const places = { a: 101, b: 20001, c: 50021 } as const;

/** Tiles of one to six rows, blocks of one to sixteen steps, rows that are a step apart and steps that are. */
function sweep(): ProductShape[] {
  return [[1], [2], [3], [4], [5], [6], [6, 5, 5], [1, 3]].flatMap((tiles, index) =>
    [1, 2, 9, 16].map((steps) => {
      const rows = tiles.reduce((all, one) => all + one, 0);
      const rowsFirst = (index + steps) % 2 === 0;
      const [rowFloats, stepFloats] = rowsFirst ? [1, primeFrom(rows)] : [primeFrom(steps + 2), 1];
      return {
        tiles,
        steps,
        aRowBytes: rowFloats * 4,
        aStepBytes: stepFloats * 4,
        aBlockBytes: primeFrom(steps * stepFloats + 1) * 4,
        aGroupBytes: primeFrom(rows * rowFloats + 2) * 4,
        start: index % 2 === 0 ? ('output' as const) : ('zero' as const),
      };
    }),
  );
}

function checkCall(instance: Instance, shape: ProductShape, groups: number, blocks: number): void {
  const { floats, kernels } = instance;
  const { name } = productKernel(shape);
  const groupRows = shape.tiles.reduce((all, one) => all + one, 0);
  const rows = groupRows * groups;
  const { before } = callGuarded(instance, rowIndices(places.c, rows, 16), () =>
    kernels[name]!(places.a * 4, places.b * 4, places.c * 4, groups, blocks),
  );
  for (let row = 0; row < rows; row++) {
    const a =
      places.a + (Math.floor(row / groupRows) * shape.aGroupBytes + (row % groupRows) * shape.aRowBytes) / 4;
    for (let column = 0; column < 16; column++) {
      let value = shape.start === 'zero' ? 0 : before[places.c + row * 16 + column]!;
      let magnitude = Math.abs(value);
      for (let k = 0; k < blocks * shape.steps; k++) {
        const [block, step] = [Math.floor(k / shape.steps), k % shape.steps];
        const left = before[a + (block * shape.aBlockBytes + step * shape.aStepBytes) / 4]!;
        const term = left * before[places.b + k * 16 + column]!;
        value += term;
        magnitude += Math.abs(term);
      }
      const what = `${name}, ${groups} groups, ${blocks} blocks, row ${row}, column ${column}`;
      assertSum(what, floats[places.c + row * 16 + column]!, {
        value,
        magnitude,
        terms: blocks * shape.steps,
      });
    }
  }
}

for (const { target } of kernelTargets) {
  describe(`product-f32, ${target}`, () => {
    const shapes = sweep();
    const instance = kernelInstance(shapes.map(productKernel), target);
    for (const shape of shapes) {
      it(productKernel(shape).name, () => {
        for (const [groups, blocks] of [
          [1, 1],
          [2, 3],
          [3, 2],
        ] as const)
          checkCall(instance, shape, groups, blocks);
      });
    }
  });
}
