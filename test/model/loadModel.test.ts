import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { readSafetensors } from '../../src/formats/safetensorsFile.ts';
import { loadModel } from '../../src/model/loadModel.ts';
import { loadWeights } from '../../src/model/loadWeights.ts';
import { createModel } from '../../src/model/model.ts';
import { transforms } from '../../src/model/transforms.ts';
import { tinyBatch, tinyNetwork } from './tinyNetwork.ts';

const engine = createReferenceEngine();

async function temporaryFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alexnet-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'model.safetensors');
}

test("weights of another's file are those that torch.load gives", async () => {
  const weights = await loadWeights(new URL('../golden/pth/training.pth', import.meta.url).pathname);
  // Without the counter, which is a whole number.
  const statistics = ['1.running_mean', '1.running_var'];
  assert.deepEqual([...weights.keys()], ['0.weight', '0.bias', '1.weight', '1.bias', ...statistics]);
  assert.deepEqual(weights.get('0.weight')!.shape, [2, 1, 1, 1]);
  const half = await loadWeights(new URL('../golden/pth/dtypes.pth', import.meta.url).pathname);
  assert.deepEqual(half.get('transposed')!.data, Float32Array.of(0, 3, 1, 4, 2, 5));
  assert.deepEqual(half.get('bf16')!.data, Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7));
});

test("a model takes the weights of PyTorch's file by loadStateDict", async (t) => {
  const path = (await temporaryFile(t)).replace('.safetensors', '.pth');
  await using one = createModel(tinyNetwork, { engine, seed: 5 });
  await one.save(path);
  await using other = createModel(tinyNetwork, { engine, seed: 6 });
  other.loadStateDict(await loadWeights(path));
  assert.deepEqual(
    [...other.stateDict()].map(([, { data }]) => data),
    [...one.stateDict()].map(([, { data }]) => data),
  );
});

test('a saved model comes back with its weights, classes and transforms', async (t) => {
  const path = await temporaryFile(t);
  const classes = ['circle', 'square', 'star'];
  const transform = transforms.compose([transforms.resize(8), transforms.toTensor()]);
  await using model = createModel(tinyNetwork, { engine, seed: 5 });
  const { inputs } = tinyBatch(4, 0);
  model.eval();
  const { data: expected } = await model.forward(inputs);
  await model.save(path, { classes, transform });

  await using loaded = await loadModel(path, { engine });
  assert.deepEqual(loaded.network, tinyNetwork);
  assert.deepEqual(loaded.classes, classes);
  assert.deepEqual(loaded.transform, transform);
  assert.equal(loaded.training, true);
  loaded.eval();
  assert.equal(loaded.training, false);
  assert.deepEqual((await loaded.forward(inputs)).data, expected);
});

test('a model saved with its training set has the transforms to test with', async (t) => {
  const path = await temporaryFile(t);
  const classes = ['circle', 'square', 'star'];
  const { compose, centerCrop, randomCrop, randomHorizontalFlip, toTensor } = transforms;
  const transform = compose([randomCrop(8), randomHorizontalFlip(), toTensor()]);
  await using model = createModel(tinyNetwork, { engine });
  await model.save(path, { classes, transform });
  await using loaded = await loadModel(path, { engine });
  assert.deepEqual(loaded.transform, compose([centerCrop(8), toTensor()]));
});

test('a model can be saved before its engine has started', async (t) => {
  const path = await temporaryFile(t);
  const model = createModel(tinyNetwork, { engine });
  await model.save(path);
  const { tensors } = await readSafetensors(path);
  for (const [name, { data }] of model.stateDict()) assert.deepEqual(tensors.get(name)?.values, data);
});

test('class names must be as many as the classes', async (t) => {
  const path = await temporaryFile(t);
  const model = createModel(tinyNetwork, { engine });
  await assert.rejects(model.save(path, { classes: ['circle'] }), { code: 'ALEX_OPTION_VALUE' });
});
