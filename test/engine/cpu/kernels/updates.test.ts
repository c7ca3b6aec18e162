/** The kernels of updates against their formulas in float64, and that they write nothing else. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KernelSource } from '../../../../src/engine/cpu/assembler/vector.ts';
import {
  adamWKernel,
  averageConstants,
  averageKernel,
  gradientSumKernel,
  nesterovKernel,
  paperKernel,
  sgdKernel,
  sumConstants,
} from '../../../../src/engine/cpu/kernels/updates.ts';
import { writeConstants } from '../../../../src/engine/cpu/plan/updateConstants.ts';
import type { Instance } from '../../../../src/engine/cpu/threads/instance.ts';
import type { OptimizerOptions } from '../../../../src/engine/engine.ts';
import { updateParameter } from '../../../../src/engine/reference/optimizers.ts';
import { callGuarded, kernelInstance, kernelTargets, rowIndices } from '../kernelMemory.ts';

const places = [101, 8101, 16101, 24101] as const;
const constants = 40016;
const sgd = { learningRate: 0.03, momentum: 0.9, weightDecay: 0.25 };
const rules: readonly (readonly [KernelSource, OptimizerOptions])[] = [
  [sgdKernel, sgd],
  [nesterovKernel, { ...sgd, form: 'nesterov' }],
  [paperKernel, { ...sgd, form: 'paper' }],
  [
    adamWKernel,
    { type: 'adamw', learningRate: 0.03, beta1: 0.9, beta2: 0.99, epsilon: 1e-3, weightDecay: 0.25, step: 3 },
  ],
];

for (const { target } of kernelTargets) {
  describe(`updates, ${target}`, () => {
    const sources = [...rules.map(([source]) => source), gradientSumKernel, averageKernel];
    const instance = kernelInstance(sources, target);
    for (const [source, options] of rules) {
      it(source.name, () => {
        for (const sixteens of [1, 2, 3, 17]) checkRule(instance, source, options, sixteens);
      });
    }
    it('sums of gradients, kept or begun anew', () => {
      for (const keep of [0, 1]) {
        instance.floats[(constants + sumConstants.keep) / 4] = keep;
        checkPair(instance, gradientSumKernel, (sum, gradient) => keep * sum + gradient);
      }
    });
    it('averages', () => {
      instance.floats[(constants + averageConstants.decay) / 4] = 0.75;
      instance.floats[(constants + averageConstants.rest) / 4] = 0.25;
      checkPair(instance, averageKernel, (average, weight) => 0.75 * average + 0.25 * weight);
    });
  });
}

function checkRule(
  instance: Instance,
  { name }: KernelSource,
  options: OptimizerOptions,
  sixteens: number,
): void {
  const length = sixteens * 16;
  writeConstants(instance, [{ address: constants, learningRateScale: 1, decays: true }], options);
  const states = options.type === 'adamw' ? 2 : 1;
  const [w, m, s] = places;
  // Second moments are squares.
  if (states === 2)
    for (let n = 0; n < length; n++) instance.floats[s + n] = Math.abs(instance.floats[s + n]!);
  const written = places.slice(0, 1 + states);
  const operands = places.slice(0, 2 + states).map((place) => place * 4);
  const { before } = callGuarded(
    instance,
    written.flatMap((place) => rowIndices(place, sixteens, 16)),
    () => instance.kernels[name]!(...operands, sixteens, constants),
  );
  const tensor = (place: number) => ({
    shape: [length],
    data: Float64Array.from(before.subarray(place, place + length)),
  });
  const updated = { weight: tensor(w), momentum: tensor(m), secondMoment: tensor(s) };
  updateParameter(updated, tensor(places[1 + states]!), options);
  const expected = [updated.weight, updated.momentum, updated.secondMoment];
  written.forEach((place, index) =>
    expected[index]!.data.forEach((value, n) => assertNear(instance.floats[place + n]!, value)),
  );
}

function checkPair(
  instance: Instance,
  { name }: KernelSource,
  expected: (first: number, second: number) => number,
): void {
  const [to, from] = places;
  const { before } = callGuarded(instance, rowIndices(to, 3, 16), () =>
    instance.kernels[name]!(to * 4, from * 4, 3, constants),
  );
  for (let n = 0; n < 48; n++)
    assertNear(instance.floats[to + n]!, expected(before[to + n]!, before[from + n]!));
}

/** A handful of roundings of numbers about 1; AdamW divides by what may be small. */
function assertNear(actual: number, expected: number): void {
  const bound = 3e-6 * Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(actual - expected) <= bound, `${actual}, expected ${expected}`);
}
