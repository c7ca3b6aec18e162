/** Learning rates against torch.optim.lr_scheduler: test/golden/schedules.py wrote them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { articleRecipe } from '../../src/training/recipes/article.ts';
import { learningRateAt, type ScheduleOptions } from '../../src/training/schedule.ts';
import { newValidationState, watchValidation } from '../../src/training/validation.ts';

interface Golden {
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  readonly rate: number;
  readonly plateau: {
    readonly values: readonly number[];
    readonly patience: number;
    readonly rates: readonly number[];
  };
  readonly [schedule: string]: unknown;
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/schedules.json', import.meta.url), 'utf8'),
) as Golden;
const { stepsPerEpoch, epochs, rate } = golden;
const steps = stepsPerEpoch * epochs;

function rates(options: Partial<ScheduleOptions>): number[] {
  const all = { ...articleRecipe, learningRate: rate, epochs, ...options };
  return Array.from({ length: steps }, (_, step) =>
    learningRateAt(all, { step, stepsPerEpoch, reductions: 0 }),
  );
}

function assertNear(got: readonly number[], expected: readonly number[]): void {
  expected.forEach((value, i) =>
    assert.ok(Math.abs(got[i]! - value) < 1e-12, `step ${i}: ${got[i]}, expected ${value}`),
  );
}

const cases: readonly (readonly [name: string, options: Partial<ScheduleOptions>])[] = [
  ['step', { schedule: 'step', stepEpochs: 2 }],
  ['milestones', { schedule: 'step', stepEpochs: [1, 4, 5], decayFactor: 0.5 }],
  ['cosine', { schedule: 'cosine', finalLearningRate: 0.01 }],
  ['warmUpAndCosine', { schedule: 'cosine', warmupEpochs: 2 }],
  ['warmUp', { schedule: 'constant', warmupEpochs: 2 }],
  ['linear', { schedule: 'linear', finalLearningRate: 0.01 }],
  ['oneCycle', { schedule: 'one-cycle' }],
  ['oneCycleEarly', { schedule: 'one-cycle', cyclePeak: 0.15, cycleDivisor: 10, cycleFinalDivisor: 100 }],
];

for (const [name, options] of cases) {
  test(`${name}: the rates of torch`, () => {
    const expected = golden[name] as number[];
    assert.ok(expected.length >= steps - 1 && new Set(expected).size > 2);
    assertNear(rates(options), expected);
  });
}

test('plateau: reduces when torch does, and no more often than it may', () => {
  const { values, patience, rates: expected } = golden.plateau;
  const follow = (plateauReductions: number): number[] => {
    const options = {
      ...articleRecipe,
      schedule: 'plateau',
      plateauPatience: patience,
      plateauReductions,
    } as const;
    let state = newValidationState;
    return values.map((value, i) => {
      state = watchValidation(state, value, i + 1, options);
      const { reductions } = state.plateau;
      return learningRateAt({ ...options, learningRate: rate }, { step: i, stepsPerEpoch: 1, reductions });
    });
  };
  assert.equal(new Set(expected.map((value) => value.toFixed(9))).size, 4);
  assertNear(follow(Infinity), expected);
  assertNear(
    follow(2),
    expected.map((value) => Math.max(value, rate * 0.01)),
  );
});

test('every schedule gives a rate for every step of a training of one step', () => {
  for (const schedule of ['constant', 'step', 'plateau', 'linear', 'cosine', 'one-cycle'] as const) {
    const options = { ...articleRecipe, epochs: 1, schedule };
    assert.equal(learningRateAt(options, { step: 0, stepsPerEpoch: 1, reductions: 0 }), 0.001, schedule);
  }
});
