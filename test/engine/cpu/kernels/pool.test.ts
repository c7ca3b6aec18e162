import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  maxPoolBackwardKernel,
  maxPoolKernel,
  type PoolShape,
} from '../../../../src/engine/cpu/kernels/pool.ts';
import { spansOf } from '../../../../src/engine/cpu/kernels/spans.ts';
import type { Instance } from '../../../../src/engine/cpu/threads/instance.ts';
import { poolingWindows, type Window as PixelRange } from '../../../../src/network/windows.ts';
import { callGuarded, kernelInstance, kernelTargets, rowIndices } from '../kernelMemory.ts';
import { hashedTensor } from '../../hashedTensors.ts';

const places = { input: 101, output: 20001, outGradient: 30003, inGradient: 40009 } as const;
/** [height, width] of the input. */
const sizes = [
  [8, 8],
  [9, 11],
  [11, 10],
] as const;

interface Case {
  readonly rows: readonly PixelRange[];
  readonly columns: readonly PixelRange[];
  readonly shape: PoolShape;
}

/** Windows that overlap, touch, leave gaps, and are cut by the image; lines of each tensor have their own length. */
function sweep(): Case[] {
  return [1, 2, 3, 8].flatMap((kernelSize) =>
    [1, 2, 3].flatMap((stride) =>
      sizes.map(([height, width], index) => {
        const padding = index === 1 ? Math.floor(kernelSize / 2) : 0;
        const ceilMode = index === 2;
        const [rows, columns] = [height, width].map((size) =>
          poolingWindows(size, { type: 'maxPool', name: 'pool', kernelSize, stride, padding, ceilMode }),
        );
        const shape: PoolShape = {
          rows: spansOf(rows!),
          columns: spansOf(columns!),
          inLineBytes: (width + 1) * 64 + 4,
          inGradientLineBytes: width * 64 + 12,
          outLineBytes: (columns!.length + 2) * 64,
          outGradientLineBytes: columns!.length * 64 + 20,
          rectified: index % 2 === 0,
        };
        return { rows: rows!, columns: columns!, shape };
      }),
    ),
  );
}

interface Window {
  readonly output: number;
  readonly outGradient: number;
  /** Of each tap, row by row. */
  readonly inputs: readonly number[];
  readonly inGradients: readonly number[];
}

/** The float indices that each output has to do with. */
function windows({ rows, columns, shape }: Case): Window[] {
  return rowIndices(0, rows.length * columns.length, 16).map((index) => {
    const [y, x] = [Math.floor(index / 16 / columns.length), Math.floor(index / 16) % columns.length];
    const at = (place: number, lineBytes: number, row: number, column: number): number =>
      place + (row * lineBytes) / 4 + column * 16 + (index % 16);
    const under = (place: number, lineBytes: number): number[] =>
      pixelsOf(rows[y]!).flatMap((row) =>
        pixelsOf(columns[x]!).map((column) => at(place, lineBytes, row, column)),
      );
    return {
      output: at(places.output, shape.outLineBytes, y, x),
      outGradient: at(places.outGradient, shape.outGradientLineBytes, y, x),
      inputs: under(places.input, shape.inLineBytes),
      inGradients: under(places.inGradient, shape.inGradientLineBytes),
    };
  });
}

function pixelsOf({ begin, end }: PixelRange): number[] {
  return Array.from({ length: end - begin }, (_, index) => begin + index);
}

/** Five different values, so that most windows have their maximum several times; not under 0 after a ReLU. */
function fillInput({ floats }: Instance, { rectified }: PoolShape): void {
  const values = hashedTensor(3, 0, 15000).map((value) => Math.round(value * 2) + 0);
  floats.set(rectified ? values.map((value) => Math.max(0, value)) : values, places.input);
}

function checkForward(instance: Instance, one: Case): void {
  const { shape } = one;
  fillInput(instance, shape);
  const all = windows(one);
  const kernel = instance.kernels[maxPoolKernel(shape).name]!;
  callGuarded(
    instance,
    all.map(({ output }) => output),
    () => kernel(places.input * 4, places.output * 4),
  );
  for (const { output, inputs } of all) {
    const expected = Math.max(...inputs.map((index) => instance.floats[index]!));
    assert.equal(instance.floats[output], expected, maxPoolKernel(shape).name);
  }
}

/** PyTorch's rule, in float32 as the kernel sums: the first of the largest takes the whole gradient. */
function expectedGradients(before: Float32Array, one: Case): Float32Array {
  const expected = before.slice();
  for (const { output, outGradient, inputs, inGradients } of windows(one)) {
    const largest = before[output]!;
    const first = inputs.findIndex((index) => before[index] === largest);
    if (!one.shape.rectified || largest > 0) expected[inGradients[first]!]! += before[outGradient]!;
  }
  return expected;
}

function checkBackward(instance: Instance, one: Case): void {
  const { shape } = one;
  checkForward(instance, one);
  const all = windows(one);
  const touched = all.flatMap(({ inGradients }) => inGradients);
  for (const index of touched) instance.floats[index] = 0;
  const kernel = instance.kernels[maxPoolBackwardKernel(shape).name]!;
  const { input, output, outGradient, inGradient } = places;
  const { before } = callGuarded(instance, touched, () =>
    kernel(input * 4, output * 4, outGradient * 4, inGradient * 4),
  );
  const expected = expectedGradients(before, one);
  for (const index of touched) {
    assert.equal(instance.floats[index], expected[index], maxPoolBackwardKernel(shape).name);
  }
}

for (const { target } of kernelTargets) {
  describe(`max pooling, ${target}`, () => {
    const cases = sweep();
    const kernels = cases.flatMap(({ shape }) => [maxPoolKernel(shape), maxPoolBackwardKernel(shape)]);
    const instance = kernelInstance([...new Map(kernels.map((one) => [one.name, one])).values()], target);
    it('takes the largest of each window', () => {
      for (const one of cases) checkForward(instance, one);
    });
    it('gives the gradient to the first of the largest, and past a ReLU only where it is over 0', () => {
      for (const one of cases) checkBackward(instance, one);
    });
  });
}
