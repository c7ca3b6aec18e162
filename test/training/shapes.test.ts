import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { NetworkSpec } from '../../src/network/spec.ts';
import { train } from '../../src/training/train.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alexnet-shapes-'));
});
after(() => rm(folder, { recursive: true }));

const linear: NetworkSpec = {
  name: 'linear',
  input: { channels: 3, height: 32, width: 32 },
  layers: [
    { type: 'flatten', name: 'flatten' },
    { type: 'linear', name: 'classifier', outFeatures: 10 },
  ],
};

/** Accuracy on the test images after three epochs with the demo's settings, or another learning rate. */
async function accuracyOf(network: NetworkSpec | 'alexnet-32', learningRate: number): Promise<number> {
  const { result } = await train({
    network,
    dataset: 'shapes',
    epochs: 3,
    batchSize: 16,
    learningRate,
    weightDecay: 5e-4,
    ...(network === 'alexnet-32' && { dropout: 0.2 }),
    initialization: 'he',
    out: join(folder, typeof network === 'string' ? network : network.name),
  });
  assert.ok(result);
  return result.accuracy;
}

test('AlexNet learns shapes, and a linear model does not', async (t) => {
  const alexnet = await accuracyOf('alexnet-32', 0.01);
  const linearModel = await accuracyOf(linear, 0.0005);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  t.diagnostic(
    `shapes after three epochs: alexnet-32 ${percent(alexnet)}, a linear model ${percent(linearModel)}`,
  );
  assert.ok(alexnet > 0.6, `alexnet-32: ${alexnet}`);
  assert.ok(linearModel > 0.1 && linearModel < 0.3, `linear model: ${linearModel}`);
});
