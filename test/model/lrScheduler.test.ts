/** Against torch.optim.lr_scheduler: test/golden/schedules.py wrote the rates. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { lrScheduler, type LrScheduler } from '../../src/model/lrScheduler.ts';
import type { Optimizer } from '../../src/model/optim.ts';

const golden = JSON.parse(
  readFileSync(new URL('../golden/schedules.json', import.meta.url), 'utf8'),
) as Record<string, number[]> & { plateau: { values: number[]; rates: number[]; patience: number } };
const steps = golden['cosine']!.length;

function optimizer(): Optimizer {
  return { options: { lr: 0.2 }, zeroGrad: () => undefined, step: async () => undefined };
}

function assertRates(
  make: (optimizer: Optimizer) => LrScheduler,
  expected: readonly number[],
  every = 1,
): void {
  const own = optimizer();
  const scheduler = make(own);
  expected.forEach((rate, step) => {
    assert.ok(Math.abs(own.options.lr - rate) < 1e-12, `step ${step}: ${own.options.lr}, expected ${rate}`);
    assert.equal(scheduler.getLastLr(), own.options.lr);
    if ((step + 1) % every === 0) scheduler.step();
  });
}

test('schedulers set the rates of torch', () => {
  const { stepLR, multiStepLR, cosineAnnealingLR, linearLR, oneCycleLR } = lrScheduler;
  assertRates((own) => stepLR(own, { stepSize: 2 }), golden['step']!, 7);
  assertRates((own) => multiStepLR(own, { milestones: [1, 4, 5], gamma: 0.5 }), golden['milestones']!, 7);
  assertRates((own) => cosineAnnealingLR(own, { tMax: steps, etaMin: 0.01 }), golden['cosine']!);
  assertRates((own) => linearLR(own, { startFactor: 0.1, totalIters: 14 }), golden['warmUp']!);
  assertRates((own) => oneCycleLR(own, { maxLr: 0.2, totalSteps: steps }), golden['oneCycle']!);
});

test('reduceLROnPlateau reduces when torch does', () => {
  const { values, rates, patience } = golden.plateau;
  const own = optimizer();
  const scheduler = lrScheduler.reduceLROnPlateau(own, { patience });
  values.forEach((value, i) => {
    scheduler.step(value);
    assert.ok(Math.abs(own.options.lr - rates[i]!) < 1e-12, `after ${i}`);
  });
});
