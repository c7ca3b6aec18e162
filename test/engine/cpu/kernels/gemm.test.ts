import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gemmKernel, tableEntryBytes, type GemmShape } from '../../../../src/engine/cpu/kernels/gemm.ts';
import type { Instance } from '../../../../src/engine/cpu/threads/instance.ts';
import { hashedTensor } from '../../hashedTensors.ts';
import {
  assertSum,
  callGuarded,
  kernelInstance,
  kernelTargets,
  primeFrom,
  rowIndices,
} from '../kernelMemory.ts';

const endings = [
  { start: 'bias', rectify: true },
  { start: 'output', rectify: false },
  { start: 'output', rectify: true },
  { start: 'bias', rectify: false },
] as const;

/** Tiles of all sizes, runs around 16, up to three lines; each ending meets each of them. */
function sweep(tileRows: number): GemmShape[] {
  const shapes: GemmShape[] = [];
  for (let rows = 1; rows <= tileRows; rows++) {
    [1, 15, 16, 17, 33, 48].forEach((run, index) => {
      for (let lines = 1; lines <= 3; lines++) {
        const lineFloats = primeFrom(run);
        const blockFloats = primeFrom(lines * lineFloats);
        shapes.push({
          rows,
          run,
          lines,
          lineBytes: lineFloats * 4,
          blockBytes: blockFloats * 4,
          ...endings[(rows + index + lines) % endings.length]!,
        });
      }
    });
  }
  return shapes;
}

/** Float indices; rows of A overlap each other, rows of C are 23 floats apart and in reverse. */
const places = { table: 16, bias: 201, a: 1001, b: 20001, c: 50021 } as const;
const rowFloats = { a: 37, c: 23 } as const;

function writeTable({ words }: Instance, rows: number): void {
  for (let row = 0; row < rows; row++) {
    const entry = places.table + (row * tableEntryBytes) / 4;
    words[entry] = row * rowFloats.a * 4;
    words[entry + 1] = (rows - 1 - row) * rowFloats.c * 4;
  }
}

function checkTiles(instance: Instance, shape: GemmShape, tiles: number, blocks: number): void {
  const { floats, kernels } = instance;
  const rows = shape.rows * tiles;
  writeTable(instance, rows);
  floats.set(hashedTensor(5, blocks, rows * rowFloats.c), places.c);
  const kernel = kernels[gemmKernel(shape).name]!;
  const bytes = (index: number): number => index * 4;
  const { before } = callGuarded(instance, rowIndices(places.c, rows, rowFloats.c), () =>
    kernel(
      bytes(places.table),
      tiles,
      bytes(places.b),
      bytes(places.bias),
      bytes(places.a),
      bytes(places.c),
      blocks,
    ),
  );
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < 16; column++)
      checkElement(floats, before, shape, blocks, { row, rows, column });
  }
}

function checkElement(
  floats: Float32Array,
  before: Float32Array,
  shape: GemmShape,
  blocks: number,
  { row, rows, column }: { readonly row: number; readonly rows: number; readonly column: number },
): void {
  const { run, lines, lineBytes, blockBytes, start, rectify } = shape;
  const c = places.c + (rows - 1 - row) * rowFloats.c + column;
  let value = start === 'bias' ? before[places.bias + column]! : before[c]!;
  let magnitude = Math.abs(value);
  let k = 0;
  for (let block = 0; block < blocks; block++) {
    for (let line = 0; line < lines; line++) {
      const a = places.a + row * rowFloats.a + (block * blockBytes + line * lineBytes) / 4;
      for (let step = 0; step < run; step++, k++) {
        const product = before[a + step]! * before[places.b + k * 16 + column]!;
        value += product;
        magnitude += Math.abs(product);
      }
    }
  }
  const what = `${gemmKernel(shape).name}, ${blocks} blocks, row ${row}, column ${column}`;
  assertSum(what, floats[c]!, { value: rectify ? Math.max(0, value) : value, magnitude, terms: k });
}

for (const { target, tileRows } of kernelTargets) {
  describe(`gemm-f32-${tileRows}x16, ${target}`, () => {
    const shapes = sweep(tileRows);
    const instance = kernelInstance(shapes.map(gemmKernel), target);
    for (let rows = 1; rows <= tileRows; rows++) {
      it(`tiles of ${rows} rows`, () => {
        for (const shape of shapes.filter((one) => one.rows === rows)) {
          for (const blocks of [1, 2, 3]) checkTiles(instance, shape, 1 + (blocks % 2), blocks);
        }
      });
    }
  });

  it(`gemm-f32 works on addresses over 2 GiB, ${target}`, () => {
    const shape: GemmShape = {
      rows: 2,
      run: 16,
      lines: 1,
      lineBytes: 64,
      blockBytes: 64,
      start: 'bias',
      rectify: false,
    };
    const high = kernelInstance([gemmKernel(shape)], target, 49152);
    const base = 3 * 2 ** 30 - 65536;
    const [table, bias, a, b, c] = [0, 1, 2, 3, 20].map((slot) => base + slot * 1024) as [
      number,
      number,
      number,
      number,
      number,
    ];
    high.words.set([0, 0, 64, 64], table / 4);
    high.floats
      .fill(3, bias / 4, bias / 4 + 16)
      .fill(0.5, a / 4, a / 4 + 32)
      .fill(2, b / 4, b / 4 + 256);
    high.kernels[gemmKernel(shape).name]!(table, 1, b, bias, a, c, 1);
    assert.deepEqual(high.floats.slice(c / 4, c / 4 + 33), Float32Array.of(...Array<number>(32).fill(19), 0));
  });
}
