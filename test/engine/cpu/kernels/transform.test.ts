import assert from 'node:assert/strict';
import { it } from 'node:test';
import { matrixConstants } from '../../../../src/engine/cpu/kernels/linearMap.ts';
import { transformKernel, type TransformShape } from '../../../../src/engine/cpu/kernels/transform.ts';
import { callGuarded, kernelInstance, kernelTargets, primeFrom } from '../kernelMemory.ts';

const matrix = [
  [1, 2, -1],
  [1, -2, -1],
];
const places = { x: 100, y: 20011, constants: 40009, scratch: 40037, bias: 41011 } as const;
/** Strides with gaps, in floats. */
const from = { row: primeFrom(70), column: primeFrom(17), tile: primeFrom(230) };
const to = { row: primeFrom(41), column: primeFrom(18), tile: primeFrom(90) };

function bytes({ row, column, tile }: typeof from): TransformShape['from'] {
  return { rowBytes: row * 4, columnBytes: column * 4, tileBytes: tile * 4 };
}

const base = { name: 'test', matrix, from: bytes(from), to: bytes(to) };
const shapes: readonly TransformShape[] = [
  { ...base, rows: 2, columns: 2, bias: false, rectify: false },
  { ...base, rows: 1, columns: 2, bias: true, rectify: false },
  { ...base, rows: 2, columns: 1, bias: true, rectify: true },
  { ...base, rows: 1, columns: 1, bias: false, rectify: true },
];

for (const { target } of kernelTargets) {
  const instance = kernelInstance(shapes.map(transformKernel), target);
  instance.floats.set(matrixConstants(matrix), places.constants);
  for (const shape of shapes) {
    it(`${transformKernel(shape).name}, ${target}`, () => {
      for (const tiles of [1, 2, 5]) checkTiles(instance, shape, tiles);
    });
  }
}

function checkTiles(instance: ReturnType<typeof kernelInstance>, shape: TransformShape, tiles: number): void {
  const { floats, kernels } = instance;
  const written: number[] = [];
  forEachOutput(shape, tiles, (at) => written.push(at));
  const scratch = Array.from({ length: 6 * 16 }, (_, index) => places.scratch + index);
  const { before } = callGuarded(instance, [...written, ...scratch], () =>
    kernels[transformKernel(shape).name]!(
      places.x * 4,
      places.y * 4,
      tiles,
      places.constants * 4,
      places.scratch * 4,
      places.bias * 4,
    ),
  );
  forEachOutput(shape, tiles, (at, tile, row, column, channel) => {
    let expected = shape.bias ? before[places.bias + channel]! : 0;
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        const x = before[places.x + tile * from.tile + a * from.row + b * from.column + channel]!;
        expected += matrix[row]![a]! * x * matrix[column]![b]!;
      }
    }
    if (shape.rectify) expected = Math.max(expected, 0);
    assert.ok(Math.abs(floats[at]! - expected) <= 1e-5, `${at}: ${floats[at]}, expected ${expected}`);
  });
}

function forEachOutput(
  shape: TransformShape,
  tiles: number,
  visit: (at: number, tile: number, row: number, column: number, channel: number) => void,
): void {
  for (let tile = 0; tile < tiles; tile++) {
    for (let row = 0; row < shape.rows; row++) {
      for (let column = 0; column < shape.columns; column++) {
        const pixel = places.y + tile * to.tile + row * to.row + column * to.column;
        for (let channel = 0; channel < 16; channel++) visit(pixel + channel, tile, row, column, channel);
      }
    }
  }
}
