import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  reluBackwardKernel,
  reluKernel,
  sumPixelsKernel,
  type LinesShape,
} from '../../../../src/engine/cpu/kernels/elementwise.ts';
import type { Instance } from '../../../../src/engine/cpu/threads/instance.ts';
import { hashedTensor } from '../../hashedTensors.ts';
import { assertSum, callGuarded, kernelInstance, kernelTargets, rowIndices } from '../kernelMemory.ts';

const widths = [1, 2, 5, 17] as const;
const lineCounts = [1, 2, 3, 7] as const;
const special = Float32Array.of(NaN, 0, -0, 1, -1, Infinity, -Infinity, 1e-45, -1e-45);

/** Lines of `width` pixels, with gaps between them that differ from operand to operand. */
function linesShape(width: number, operands: number): LinesShape {
  return { width, lineBytes: Array.from({ length: operands }, (_, n) => width * 64 + [4, 0, 20][n]!) };
}

/** Float indices of an operand's values, in order. */
function indices({ width, lineBytes }: LinesShape, operand: number, place: number, lines: number): number[] {
  return rowIndices(place, lines, lineBytes[operand]! / 4, width * 16);
}

/** Hashed values with every special one among them. */
function fill({ floats }: Instance, places: readonly number[], seed: number): void {
  const values = hashedTensor(seed, 0, places.length);
  places.forEach((place, n) => {
    floats[place] = n % 3 === seed % 3 ? special[Math.floor(n / 3) % special.length]! : values[n]!;
  });
}

function forEachSize(check: (width: number, lines: number) => void): void {
  for (const width of widths) for (const lines of lineCounts) check(width, lines);
}

for (const { target } of kernelTargets) {
  describe(`ReLU, ${target}`, () => {
    const instance = kernelInstance(
      widths.flatMap((width) => [reluKernel(linesShape(width, 2)), reluBackwardKernel(linesShape(width, 3))]),
      target,
    );
    it('zeroes what is under 0 and lets NaN through', () => {
      forEachSize((width, lines) => checkRelu(instance, linesShape(width, 2), lines));
    });
    it('lets the gradient through where the output is over 0', () => {
      forEachSize((width, lines) => checkReluBackward(instance, linesShape(width, 3), lines));
    });
  });

  it(`sums pixels, ${target}`, () => {
    const shapes = widths.map((width) => linesShape(width, 1));
    const instance = kernelInstance(shapes.map(sumPixelsKernel), target);
    for (const shape of shapes) for (const lines of lineCounts) checkSum(instance, shape, lines);
  });
}

function checkRelu(instance: Instance, shape: LinesShape, lines: number): void {
  const [x, y] = [indices(shape, 0, 101, lines), indices(shape, 1, 30001, lines)];
  fill(instance, x, 0);
  const { before } = callGuarded(instance, y, () =>
    instance.kernels[reluKernel(shape).name]!(101 * 4, 30001 * 4, lines),
  );
  y.forEach((place, n) => {
    const value = before[x[n]!]!;
    assert.ok(Object.is(instance.floats[place], value < 0 ? 0 : value), `relu of ${value}`);
  });
}

function checkReluBackward(instance: Instance, shape: LinesShape, lines: number): void {
  const [y, dy, dx] = [101, 20001, 40001].map((place, n) => indices(shape, n, place, lines)) as [
    number[],
    number[],
    number[],
  ];
  fill(instance, y, 0);
  fill(instance, dy, 1);
  const { before } = callGuarded(instance, dx, () =>
    instance.kernels[reluBackwardKernel(shape).name]!(101 * 4, 20001 * 4, 40001 * 4, lines),
  );
  dx.forEach((place, n) => {
    const [output, gradient] = [before[y[n]!]!, before[dy[n]!]!];
    const expected = output > 0 ? gradient : 0;
    assert.ok(Object.is(instance.floats[place], expected), `output ${output}, gradient ${gradient}`);
  });
}

function checkSum(instance: Instance, shape: LinesShape, lines: number): void {
  const x = indices(shape, 0, 101, lines);
  const { before } = callGuarded(instance, rowIndices(50001, 1, 16), () =>
    instance.kernels[sumPixelsKernel(shape).name]!(101 * 4, 50001 * 4, lines),
  );
  for (let channel = 0; channel < 16; channel++) {
    const terms = [50001 + channel, ...x.filter((_, n) => n % 16 === channel)].map((place) => before[place]!);
    assertSum(`channel ${channel}`, instance.floats[50001 + channel]!, {
      value: terms.reduce((sum, term) => sum + term, 0),
      magnitude: terms.reduce((sum, term) => sum + Math.abs(term), 0),
      terms: terms.length,
    });
  }
}
