/** Going on from the weights of a model file, on other classes. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { MemoryDataset } from '../../src/data/dataset.ts';
import { loadModel } from '../../src/training/modelFile.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { tinyDataset, tinyNetwork, trainTiny } from './tinyTraining.ts';

/** Red or not. */
function twoClasses(split: 'train' | 'test', length: number): MemoryDataset {
  const dataset = tinyDataset(split, length);
  const labels = new Uint8Array(new SharedArrayBuffer(length));
  dataset.labels.forEach((label, i) => (labels[i] = label === 0 ? 0 : 1));
  return { ...dataset, name: 'red', classes: ['red', 'other'], labels };
}

const dataset = { train: twoClasses('train', 50), test: twoClasses('test', 30) };

async function trained(context: TestContext): Promise<{ folder: string; init: string }> {
  const folder = temporaryFolder(context);
  const { model } = await trainTiny({ out: join(folder, 'first'), preprocess: 'dataset', epochs: 2 });
  return { folder, init: model! };
}

test('the recipe takes network and transforms from the file; the last layer starts anew, and is told so', async (context) => {
  const { folder, init } = await trained(context);
  const out = join(folder, 'second');
  const options = { recipe: 'finetune', network: undefined, augment: null, init, dataset, out } as const;
  const { events, model } = await trainTiny({ ...options, freeze: ['features'] });
  const notice = events.find((event) => event.type === 'notice');
  assert.match(notice!.message, /^classifier\.1 starts anew: .* tells 3 classes apart, and there are 2 now$/);
  const [before, after] = [await loadModel(init), await loadModel(model!)];
  assert.deepEqual(after.transforms, before.transforms);
  assert.deepEqual(after.network.layers.at(-1), { ...tinyNetwork.layers.at(-1), outFeatures: 2 });
  assert.deepEqual(after.classes, ['red', 'other']);
  for (const name of ['features.0.weight', 'features.0.bias'])
    assert.deepEqual(after.parameters.get(name), before.parameters.get(name), `${name} is frozen`);
  // The file may be gone when the run goes on.
  const resumed = await trainTiny({ network: undefined, dataset, resume: out, learningRate: undefined });
  assert.equal(resumed.interrupted, false);
});

test('without freezing, layers move at their rates', async (context) => {
  const { folder, init } = await trained(context);
  const moved = async (name: string, learningRateScale?: Record<string, number>): Promise<number> => {
    const options = { init, network: undefined, preprocess: 'init', epochs: 1, learningRate: 1e-3 } as const;
    const { model } = await trainTiny({ ...options, learningRateScale, out: join(folder, name) });
    const weights = [init, model!].map(async (path) =>
      (await loadModel(path)).parameters.get('features.0.weight')!,
    );
    const [a, b] = (await Promise.all(weights)) as [Float32Array, Float32Array];
    return Math.hypot(...a.map((value, i) => value - b[i]!));
  };
  const [whole, tenth] = [await moved('whole'), await moved('tenth', { features: 0.1 })];
  assert.ok(tenth > 0.05 * whole && tenth < 0.2 * whole, `${tenth} of ${whole}`);
});

test('weights of another network are refused, and so are layers that are not there', async (context) => {
  const { folder, init } = await trained(context);
  const out = join(folder, 'wrong');
  const wider = { ...tinyNetwork, layers: [...tinyNetwork.layers] };
  wider.layers[0] = { type: 'conv', name: 'features.0', outChannels: 5, kernelSize: 3, padding: 1 };
  await assert.rejects(trainTiny({ out, init, network: wider }), { code: 'ALEX_TENSOR_SHAPE' });
  await assert.rejects(trainTiny({ out, init, freeze: ['feature'] }), { message: /did you mean features\?/ });
  await assert.rejects(trainTiny({ out, preprocess: 'init' }), {
    message: /^ALEX_OPTION_VALUE: init is not set/,
  });
});
