/** The reference's updates and label smoothing against torch, which wrote test/golden/optimizers.json, and the paper. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { OptimizerOptions } from '../../src/engine/engine.ts';
import { crossEntropy, crossEntropyBackward } from '../../src/engine/reference/crossEntropy.ts';
import { updateParameter } from '../../src/engine/reference/optimizers.ts';

interface Golden {
  readonly sgd: readonly number[][];
  readonly nesterov: readonly number[][];
  readonly adamw: readonly number[][];
  readonly smoothed: readonly {
    readonly smoothing: number;
    readonly loss: number;
    readonly gradient: readonly number[];
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/optimizers.json', import.meta.url), 'utf8'),
) as Golden;
const length = 12;
const steps = 5;
const startingWeights = Float64Array.from({ length }, (_, n) => Math.sin(1.7 * n));
const gradientAt = (step: number): Float64Array =>
  Float64Array.from({ length }, (_, n) => Math.cos(0.9 * n + 2.3 * step));

function follow(optimizer: (step: number) => OptimizerOptions): number[][] {
  const tensor = (data: Float64Array) => ({ shape: [length], data });
  const updated = {
    weight: tensor(startingWeights.slice()),
    momentum: tensor(new Float64Array(length)),
    secondMoment: tensor(new Float64Array(length)),
  };
  return Array.from({ length: steps }, (_, step) => {
    updateParameter(updated, tensor(gradientAt(step)), optimizer(step));
    return [...updated.weight.data];
  });
}

function assertNear(got: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expected.forEach((row, step) =>
    row.forEach((value, n) =>
      assert.ok(
        Math.abs(got[step]![n]! - value) < 1e-12,
        `step ${step}: ${got[step]![n]}, expected ${value}`,
      ),
    ),
  );
}

const sgd = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.05 };
const adamw = { learningRate: 0.1, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.05 };

test('SGD, Nesterov and AdamW are torch.optim’s', () => {
  assertNear(
    follow(() => sgd),
    golden.sgd,
  );
  assertNear(
    follow(() => ({ ...sgd, form: 'nesterov' })),
    golden.nesterov,
  );
  assertNear(
    follow((step) => ({ ...adamw, type: 'adamw', step: step + 1 })),
    golden.adamw,
  );
});

/** Section 5 of the 2012 paper, with w, v, epsilon and the gradient as it names them; written out once more. */
function paperSteps(epsilon: (step: number) => number): number[][] {
  const w = [...startingWeights];
  const v = new Array<number>(length).fill(0);
  return Array.from({ length: steps }, (_, i) => {
    const gradient = gradientAt(i);
    for (let n = 0; n < length; n++) {
      v[n] = 0.9 * v[n]! - 0.0005 * epsilon(i) * w[n]! - epsilon(i) * gradient[n]!;
      w[n] = w[n]! + v[n]!;
    }
    return [...w];
  });
}

test("the paper's rule is the paper's, also where the learning rate falls: there it is not PyTorch's", () => {
  const epsilon = (step: number): number => (step < 2 ? 0.1 : 0.01);
  const options = (step: number) => ({ learningRate: epsilon(step), momentum: 0.9, weightDecay: 0.0005 });
  const expected = paperSteps(epsilon);
  assertNear(
    follow((step) => ({ ...options(step), form: 'paper' })),
    expected,
  );
  const pytorch = follow(options);
  assert.ok(
    pytorch
      .slice(0, 2)
      .every((row, i) => row.every((value, n) => Math.abs(value - expected[i]![n]!) < 1e-12)),
  );
  assert.ok(pytorch[4]!.some((value, n) => Math.abs(value - expected[4]![n]!) > 0.01));
});

test('scales and exemptions of a parameter', () => {
  const tensor = (values: readonly number[]) => ({ shape: [1], data: Float64Array.from(values) });
  const updated = { weight: tensor([2]), momentum: tensor([0]) };
  updateParameter(updated, tensor([1]), sgd, { learningRateScale: 0.5, decays: false });
  assert.ok(Math.abs(updated.weight.data[0]! - (2 - 0.05)) < 1e-15);
});

test('label smoothing is torch’s', () => {
  const data = Float64Array.from({ length: 15 }, (_, n) => 4 * Math.sin(0.7 * n));
  const logits = { shape: [3, 5], data };
  const labels = [0, 3, 4];
  for (const { smoothing, loss, gradient } of golden.smoothed) {
    const losses = crossEntropy(logits, labels, smoothing);
    assertNear([[losses.reduce((sum, one) => sum + one, 0) / 3]], [[loss]]);
    const slopes = crossEntropyBackward(logits, labels, [1 / 3, 1 / 3, 1 / 3], smoothing);
    assertNear([[...slopes.data]], [gradient]);
  }
});
