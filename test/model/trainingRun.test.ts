import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { crossEntropyLoss } from '../../src/model/crossEntropyLoss.ts';
import { dataLoader } from '../../src/model/dataLoader.ts';
import { datasets } from '../../src/model/datasets.ts';
import { loadModel } from '../../src/model/loadModel.ts';
import { createModel } from '../../src/model/model.ts';
import { optim } from '../../src/model/optim.ts';
import { transforms } from '../../src/model/transforms.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import { train } from '../../src/training/train.ts';
import { tinyNetwork } from './tinyNetwork.ts';

const network: NetworkSpec = {
  ...tinyNetwork,
  layers: [...tinyNetwork.layers.slice(0, -1), { type: 'linear', name: 'classifier.1', outFeatures: 10 }],
};
const transform = transforms.compose([transforms.resize(8), transforms.toTensor()]);
const seed = 3;
const epochs = 2;

test('a loop of one’s own gives the weights of a training run to the bit', async (t) => {
  const out = await mkdtemp(join(tmpdir(), 'alexnet-'));
  t.after(() => rm(out, { recursive: true }));
  const engine = createReferenceEngine();
  const trainset = await datasets.shapes({ transform, limit: 20 });
  const testset = await datasets.shapes({ train: false, transform, limit: 4 });

  const model = createModel(network, { engine, seed });
  const optimizer = optim.sgd(model.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 0.01 });
  const criterion = crossEntropyLoss();
  const loader = dataLoader(trainset, { batchSize: 8, shuffle: true, seed });
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const [inputs, labels] of loader) {
      optimizer.zeroGrad();
      await criterion(await model.forward(inputs), labels).backward();
      await optimizer.step();
    }
  }

  const run = await train(
    {
      network,
      dataset: { train: trainset.dataset, test: testset.dataset },
      transforms: transform,
      learningRate: 0.05,
      weightDecay: 0.01,
      batchSize: 8,
      epochs,
      seed,
      out: join(out, 'run'),
    },
    { engine },
  );
  const trained = await loadModel(run.model!, { engine });
  for (const [name, { data }] of model.stateDict()) {
    assert.deepEqual(data, trained.stateDict().get(name)?.data);
  }
});
