import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MachineCosts } from '../../../../src/engine/cpu/cost/machineCosts.ts';
import { predictOperations } from '../../../../src/engine/cpu/cost/predict.ts';
import { planProgram } from '../../../../src/engine/cpu/plan/planProgram.ts';
import { phaseOrder } from '../../../../src/engine/cpu/threads/control.ts';
import { buildNetwork } from '../../../../src/network/zoo/networks.ts';
import { everyLayer } from '../../suiteNetworks.ts';

const costs: MachineCosts = {
  instructions: {
    multiplyAdd: 0.3,
    arithmetic: 0.2,
    load: 0.3,
    store: 0.5,
    issue: 0.05,
    latency: 1,
    turn: 0.4,
  },
  memory: [
    { bytes: 1 << 20, read: 100, update: 200 },
    { bytes: 1 << 27, read: 40, update: 60 },
  ],
  operationNanoseconds: 500,
  callNanoseconds: 100,
  valueNanoseconds: 2,
};

const alexnet = buildNetwork('alexnet', { classes: 10 });

function predict(options: {
  batchSize?: number;
  threads?: number;
  training?: boolean;
  costs?: MachineCosts;
}): number {
  const { batchSize = 8, threads = 1, training = true } = options;
  const run = { batchSize, threads, training, target: 'x64-avx2' } as const;
  const plan = planProgram(alexnet, run, { ...run, convolutions: 'auto' });
  const times = predictOperations({ ...run, plan }, options.costs ?? costs);
  return times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
}

describe('predictOperations', () => {
  it('has every operation of a step once, each with its layer and some time', () => {
    for (const network of [everyLayer, alexnet]) {
      const run = { batchSize: 3, threads: 2, training: true, target: 'wasm-128' } as const;
      const plan = planProgram(network, run, { ...run, convolutions: 'auto' });
      const times = predictOperations({ ...run, plan }, costs);
      assert.deepEqual(
        times.map(({ operation }) => operation),
        phaseOrder.flatMap((phase) => plan[phase]),
      );
      for (const { layer, milliseconds } of times) assert.ok(layer && milliseconds >= 500 / 1e6);
    }
  });

  it('takes twice as long where everything costs twice as much', () => {
    const twice = (value: number): number => 2 * value;
    const dear: MachineCosts = {
      instructions: Object.fromEntries(
        Object.entries(costs.instructions).map(([name, value]) => [name, twice(value)]),
      ) as unknown as MachineCosts['instructions'],
      memory: costs.memory.map(({ bytes, read, update }) => ({ bytes, read: read / 2, update: update / 2 })),
      operationNanoseconds: twice(costs.operationNanoseconds),
      callNanoseconds: twice(costs.callNanoseconds),
      valueNanoseconds: twice(costs.valueNanoseconds),
    };
    const ratio = predict({ costs: dear }) / predict({});
    assert.ok(Math.abs(ratio - 2) < 1e-9, `${ratio}`);
  });

  it('divides the work of the kernels among threads, and grows with the batch', () => {
    const free: MachineCosts = {
      ...costs,
      memory: [{ bytes: 1, read: Infinity, update: Infinity }],
      operationNanoseconds: 0,
    };
    const speedUp = predict({ costs: free }) / predict({ costs: free, threads: 2 });
    assert.ok(speedUp > 1.9 && speedUp <= 2.01, `${speedUp}`);
    const growth = predict({ batchSize: 32, costs: free }) / predict({ batchSize: 16, costs: free });
    assert.ok(growth > 1.7 && growth < 2.05, `${growth}`);
  });

  it('has less to do where nothing is trained', () => {
    const share = predict({ training: false }) / predict({});
    assert.ok(share > 0.2 && share < 0.5, `${share}`);
  });
});
