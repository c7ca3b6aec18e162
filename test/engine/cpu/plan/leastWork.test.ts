import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { leastWork, type Work } from '../../../../src/engine/cpu/plan/leastWork.ts';
import { passes, type Pass } from '../../../../src/engine/cpu/plan/owners.ts';
import { inferShapes } from '../../../../src/network/shapes.ts';
import { buildNetwork } from '../../../../src/network/zoo/networks.ts';

const layers = inferShapes(buildNetwork('alexnet', { classes: 10 }));
const batchSize = 32;

function workOf(name: string, pass: Pass): Work {
  return leastWork(
    layers.find(({ spec }) => spec.name === name)!,
    batchSize,
    pass,
  );
}

function flopsAnImage(pass: Pass): number {
  return layers.reduce((sum, layer) => sum + leastWork(layer, batchSize, pass).flops, 0) / batchSize;
}

describe('leastWork', () => {
  it("is AlexNet's 710.1 million multiply-adds an image forward, each two operations", () => {
    assert.equal((flopsAnImage('forward') / 2e6).toFixed(1), '710.1');
  });

  it("is AlexNet's 4.15 billion operations an image in a training step", () => {
    // The first layer's input has no gradient.
    const none = workOf('features.0', 'inputGradient').flops / batchSize;
    const all = passes.reduce((sum, pass) => sum + flopsAnImage(pass), 0) - none;
    assert.ok(Math.abs(all / 4.15e9 - 1) < 0.01, `${all}`);
  });

  const convolution = { flops: 2 * 192 * 27 * 27 * 64 * 25 * 32, weights: 192 * 64 * 25 };
  const [input, output] = [32 * 64 * 27 * 27, 32 * 192 * 27 * 27];
  const cases: [layer: string, pass: Pass, work: Work][] = [
    ['features.3', 'prepare', { flops: 0, bytes: 0 }],
    [
      'features.3',
      'forward',
      { flops: convolution.flops, bytes: 4 * (input + output + convolution.weights + 192) },
    ],
    [
      'features.3',
      'inputGradient',
      { flops: convolution.flops, bytes: 4 * (input + output + convolution.weights) },
    ],
    [
      'features.3',
      'weightGradient',
      { flops: convolution.flops, bytes: 4 * (input + output + convolution.weights + 192) },
    ],
    [
      'features.3',
      'update',
      { flops: 6 * (convolution.weights + 192), bytes: 20 * (convolution.weights + 192) },
    ],
    // One pass over the weights makes their gradient and applies it: it is neither read nor written.
    [
      'classifier.4',
      'update',
      {
        flops: 2 * 32 * 4096 * 4096 + 6 * (4096 * 4096 + 4096),
        bytes: 4 * (2 * 32 * 4096) + 16 * (4096 * 4096 + 4096),
      },
    ],
    ['classifier.4', 'weightGradient', { flops: 32 * 4096, bytes: 4 * 32 * 4096 }],
    ['features.2', 'forward', { flops: 0, bytes: 4 * 32 * 64 * (55 * 55 + 27 * 27) }],
    ['features.2', 'inputGradient', { flops: 0, bytes: 4 * 32 * 64 * (2 * 55 * 55 + 27 * 27) }],
    ['flatten', 'weightGradient', { flops: 0, bytes: 0 }],
  ];
  for (const [layer, pass, work] of cases) {
    it(`knows ${layer}, ${pass}`, () => assert.deepEqual(workOf(layer, pass), work));
  }
});
