import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  maxPoolBackwardKernel,
  maxPoolKernel,
  type PoolShape,
} from '../../../../src/engine/cpu/kernels/pool.ts';
import type { Instance } from '../../../../src/engine/cpu/threads/instance.ts';
import { callGuarded, kernelInstance, kernelTargets, rowIndices } from '../kernelMemory.ts';
import { hashedTensor } from '../../hashedTensors.ts';

const places = { input: 101, output: 20001, outGradient: 30003, inGradient: 40009 } as const;
const sizes = [
  [1, 1],
  [2, 3],
  [5, 2],
] as const;

/** Windows that overlap, touch and leave gaps; lines of each tensor have their own length. */
function sweep(): PoolShape[] {
  return [1, 2, 3].flatMap((kernelSize) =>
    [1, 2, 3].flatMap((stride) =>
      sizes.map(([outHeight, outWidth], index) => {
        const inWidth = (outWidth - 1) * stride + kernelSize;
        return {
          kernelSize,
          stride,
          outHeight,
          outWidth,
          inLineBytes: (inWidth + 1) * 64 + 4,
          inGradientLineBytes: inWidth * 64 + 12,
          outLineBytes: (outWidth + 2) * 64,
          outGradientLineBytes: outWidth * 64 + 20,
          rectified: index % 2 === 0,
        };
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
function windows(shape: PoolShape): Window[] {
  const { kernelSize, stride, outHeight, outWidth } = shape;
  const taps = Array.from({ length: kernelSize ** 2 }, (_, tap) => [
    Math.floor(tap / kernelSize),
    tap % kernelSize,
  ]);
  return rowIndices(0, outHeight * outWidth, 16).map((index) => {
    const [y, x, lane] = [Math.floor(index / 16 / outWidth), Math.floor(index / 16) % outWidth, index % 16];
    const at = (place: number, lineBytes: number, row: number, column: number): number =>
      place + (row * lineBytes) / 4 + column * 16 + lane;
    const under = (place: number, lineBytes: number): number[] =>
      taps.map(([dy, dx]) => at(place, lineBytes, y * stride + dy!, x * stride + dx!));
    return {
      output: at(places.output, shape.outLineBytes, y, x),
      outGradient: at(places.outGradient, shape.outGradientLineBytes, y, x),
      inputs: under(places.input, shape.inLineBytes),
      inGradients: under(places.inGradient, shape.inGradientLineBytes),
    };
  });
}

/** Five different values, so that most windows have their maximum several times; not under 0 after a ReLU. */
function fillInput({ floats }: Instance, { rectified }: PoolShape): void {
  const values = hashedTensor(3, 0, 15000).map((value) => Math.round(value * 2) + 0);
  floats.set(rectified ? values.map((value) => Math.max(0, value)) : values, places.input);
}

function checkForward(instance: Instance, shape: PoolShape): void {
  fillInput(instance, shape);
  const all = windows(shape);
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
function expectedGradients(before: Float32Array, shape: PoolShape): Float32Array {
  const expected = before.slice();
  for (const { output, outGradient, inputs, inGradients } of windows(shape)) {
    const largest = before[output]!;
    const first = inputs.findIndex((index) => before[index] === largest);
    if (!shape.rectified || largest > 0) expected[inGradients[first]!]! += before[outGradient]!;
  }
  return expected;
}

function checkBackward(instance: Instance, shape: PoolShape): void {
  checkForward(instance, shape);
  const all = windows(shape);
  const touched = all.flatMap(({ inGradients }) => inGradients);
  for (const index of touched) instance.floats[index] = 0;
  const kernel = instance.kernels[maxPoolBackwardKernel(shape).name]!;
  const { input, output, outGradient, inGradient } = places;
  const { before } = callGuarded(instance, touched, () =>
    kernel(input * 4, output * 4, outGradient * 4, inGradient * 4),
  );
  const expected = expectedGradients(before, shape);
  for (const index of touched) {
    assert.equal(instance.floats[index], expected[index], maxPoolBackwardKernel(shape).name);
  }
}

for (const { target } of kernelTargets) {
  describe(`max pooling, ${target}`, () => {
    const shapes = sweep();
    const instance = kernelInstance(
      [...shapes.map(maxPoolKernel), ...shapes.map(maxPoolBackwardKernel)],
      target,
    );
    it('takes the largest of each window', () => {
      for (const shape of shapes) checkForward(instance, shape);
    });
    it('gives the gradient to the first of the largest, and past a ReLU only where it is over 0', () => {
      for (const shape of shapes) checkBackward(instance, shape);
    });
  });
}
