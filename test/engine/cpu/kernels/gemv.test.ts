import { describe, it } from 'node:test';
import { gemvKernel, type GemvShape } from '../../../../src/engine/cpu/kernels/gemv.ts';
import { assertSum, callGuarded, kernelInstance, kernelTargets, rowIndices } from '../kernelMemory.ts';

const places = { a: 101, b: 1003, bias: 40009, c: 50021 } as const;
const blockCounts = [1, 2, 5] as const;
/** Room for the longest panel, and a gap. */
const panelFloats = 5 * 16 * 16 + 7;

const shapes: readonly GemvShape[] = [1, 2, 3, 4, 5].flatMap((panels) =>
  [false, true].map((rectify) => ({ panels, panelBytes: panelFloats * 4, rectify })),
);

for (const { target } of kernelTargets) {
  describe(`gemv-f32, ${target}`, () => {
    const instance = kernelInstance(shapes.map(gemvKernel), target);
    for (const shape of shapes) {
      const { name } = gemvKernel(shape);
      it(name, () => {
        for (const blocks of blockCounts) {
          const { before } = callGuarded(instance, rowIndices(places.c, shape.panels, 16), () =>
            instance.kernels[name]!(places.a * 4, places.b * 4, places.bias * 4, places.c * 4, blocks),
          );
          for (let column = 0; column < shape.panels * 16; column++) {
            const b = places.b + Math.floor(column / 16) * panelFloats + (column % 16);
            let value = before[places.bias + column]!;
            let magnitude = Math.abs(value);
            for (let k = 0; k < blocks * 16; k++) {
              const term = before[places.a + k]! * before[b + k * 16]!;
              value += term;
              magnitude += Math.abs(term);
            }
            if (shape.rectify) value = Math.max(value, 0);
            const actual = instance.floats[places.c + column]!;
            assertSum(`${name}, ${blocks} blocks, ${column}`, actual, {
              value,
              magnitude,
              terms: blocks * 16,
            });
          }
        }
      });
    }
  });
}
