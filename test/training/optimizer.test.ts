/** Updates as options name them: what the engine is asked for, and what becomes of whole runs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCpuEngine } from '../../src/engine/cpu/engine.ts';
import type { Safetensors } from '../../src/formats/safetensors.ts';
import { readSafetensors } from '../../src/formats/safetensorsFile.ts';
import { parameterShapes } from '../../src/network/shapes.ts';
import { trainingConfig } from '../../src/training/config.ts';
import { averageDecayAt, compiledUpdates, optimizerAt, updatesAfter } from '../../src/training/optimizer.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { abortAfter, tinyDataset, tinyNetwork, trainTiny } from './tinyTraining.ts';

const names = parameterShapes(tinyNetwork).map(({ name }) => name);

test('each optimizer becomes its rule', () => {
  const options = { learningRate: 1, momentum: 0.8, weightDecay: 0.1 };
  const rule = (optimizer: 'sgd' | 'nesterov' | 'sgd-paper' | 'adamw') =>
    optimizerAt(trainingConfig({ ...options, optimizer, beta1: 0.7 }), 0.5, 9);
  const sgd = { learningRate: 0.5, momentum: 0.8, weightDecay: 0.1 };
  assert.deepEqual(rule('sgd'), { form: 'pytorch', ...sgd });
  assert.deepEqual(rule('nesterov'), { form: 'nesterov', ...sgd });
  assert.deepEqual(rule('sgd-paper'), { form: 'paper', ...sgd });
  const adamw = { learningRate: 0.5, beta1: 0.7, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 };
  assert.deepEqual(rule('adamw'), { type: 'adamw', ...adamw, step: 10 });
});

test('rates, decay and freezing by the names of layers: the longest counts, and what is frozen stays so', () => {
  const of = (options: object) => compiledUpdates(trainingConfig(options), tinyNetwork).parameters!;
  assert.ok(Object.values(of({})).every((one) => one.learningRateScale === 1 && one.decays === true));
  const [weight, bias] = ['classifier.1.weight', 'classifier.1.bias'];
  const scaled = of({
    decayBiases: false,
    learningRateScale: { classifier: 3, [weight]: 2, 'all-but-last': 0.5 },
  });
  assert.deepEqual(scaled[weight], { learningRateScale: 2, decays: true });
  assert.deepEqual(scaled[bias], { learningRateScale: 3, decays: false });
  assert.deepEqual(scaled['features.0.bias'], { learningRateScale: 0.5, decays: false });
  const frozen = of({ freeze: ['features'], learningRateScale: { 'features.0.weight': 7 } });
  assert.deepEqual(
    names.filter((name) => frozen[name]!.learningRateScale === 0),
    ['features.0.weight', 'features.0.bias'],
  );
  const wrong = (options: object, message: RegExp): void =>
    assert.throws(() => of(options), { code: 'ALEX_OPTION_VALUE', message });
  wrong({ freeze: ['featurs'] }, /freeze is featurs; expected a layer.*did you mean features\?/);
  wrong({ learningRateScale: { classifier0: 1 } }, /learningRateScale is classifier0/);
  wrong({ freeze: ['features', 'classifier'] }, /some layers that are left to train/);
});

test('updates are counted by the batches that go together, and an epoch ends with one', () => {
  const count = (accumulate: number) => (epoch: number, step: number) =>
    updatesAfter({ accumulate }, { epoch, step }, 7);
  assert.deepEqual([count(1)(2, 3), count(3)(0, 3), count(3)(0, 7), count(3)(2, 1)], [17, 1, 3, 7]);
});

test('averages begin as the weights, follow them closely, and then move as slowly as they are told', () => {
  const decay = (update: number, emaEvery = 1) => averageDecayAt({ ema: 0.9, emaEvery }, update);
  assert.deepEqual([decay(0), decay(1), decay(8)], [0, 2 / 11, 0.5]);
  assert.equal(decay(1000), 0.9);
  assert.equal(decay(1001, 2), undefined);
  assert.equal(decay(1000, 2), 0.9 ** 2);
  assert.equal(averageDecayAt({ emaEvery: 1 }, 5), undefined);
});

const plain = { ...tinyNetwork, layers: tinyNetwork.layers.filter(({ type }) => type !== 'dropout') };

function distance(a: Safetensors, b: Safetensors, name: string): number {
  const [x, y] = [a, b].map(({ tensors }) => tensors.get(name)!.values as Float32Array) as [
    Float32Array,
    Float32Array,
  ];
  return Math.max(...x.map((value, i) => Math.abs(value - y[i]!)));
}

test('batches that are added up train as one that is as large, the short one at the end too', async (context) => {
  const folder = temporaryFolder(context);
  const run = async (name: string, options: object): Promise<Safetensors> => {
    const { model } = await trainTiny({
      network: plain,
      weightDecay: 0.01,
      out: join(folder, name),
      ...options,
    });
    return readSafetensors(model!);
  };
  const whole = await run('whole', { batchSize: 8 });
  const parts = await run('parts', { batchSize: 2, accumulate: 4 });
  const small = await run('small', { batchSize: 2 });
  for (const { name } of parameterShapes(plain)) {
    assert.ok(distance(whole, parts, name) < 1e-6, name);
    assert.ok(distance(whole, small, name) > 1e-4, name);
  }
});

test('with an average, it is the average that is saved, and the checkpoint has both', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const { model } = await trainTiny({ out, ema: 0.9 });
  const saved = await readSafetensors(model!);
  const checkpoint = await readSafetensors(join(out, 'checkpoint.safetensors'));
  for (const name of names) {
    const values = saved.tensors.get(name)!.values;
    assert.deepEqual(values, checkpoint.tensors.get(`average.${name}`)!.values);
    assert.notDeepEqual(values, checkpoint.tensors.get(name)!.values);
  }
});

test('a run with everything on goes on to the same bits, wherever it was interrupted', async (context) => {
  const folder = temporaryFolder(context);
  const engine = await createCpuEngine({ threads: 2 });
  const dataset = { train: tinyDataset('train', 50), test: tinyDataset('test', 30) };
  const options = {
    dataset,
    optimizer: 'adamw',
    learningRate: 0.01,
    weightDecay: 0.05,
    decayBiases: false,
    learningRateScale: { features: 0.5 },
    freeze: ['features.0.bias'],
    labelSmoothing: 0.1,
    ema: 0.8,
    emaEvery: 2,
    accumulate: 3,
    batchSize: 4,
    schedule: 'one-cycle',
    augment: ['pad-crop=1', 'flip'],
    validation: 0.2,
    epochs: 3,
  } as const;
  await trainTiny({ ...options, out: join(folder, 'whole') }, { engine });
  const tensors = (run: string, file: string): Buffer => {
    const bytes = readFileSync(join(folder, run, `${file}.safetensors`));
    return bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
  };
  // In the middle of an update, at the end of one, at the end of an epoch.
  for (const after of [4, 6, 10]) {
    const run = `after-${after}`;
    const first = await trainTiny({ ...options, out: join(folder, run) }, { engine, ...abortAfter(after) });
    assert.equal(first.interrupted, true);
    await trainTiny({ ...options, resume: join(folder, run) }, { engine });
    for (const file of ['checkpoint', 'model', 'best'])
      assert.equal(tensors(run, file).equals(tensors('whole', file)), true, `${file} after ${after}`);
  }
  const other = { ...options, optimizer: 'sgd', resume: join(folder, 'whole') } as const;
  await assert.rejects(trainTiny(other), { code: 'ALEX_RESUME_DIFFERS', message: /has optimizer adamw/ });
});

test('a new run goes on from a checkpoint by its own optimizer, and not by one that keeps something else', async (context) => {
  const folder = temporaryFolder(context);
  const options = {
    optimizer: 'adamw',
    learningRate: 0.01,
    beta1: 0.8,
    weightDecay: 0.1,
    epochs: 1,
  } as const;
  await trainTiny({ ...options, out: join(folder, 'first') });
  const resume = join(folder, 'first', 'checkpoint.safetensors');
  const own = { learningRate: undefined, epochs: 2, resume };
  await trainTiny({ ...own, out: join(folder, 'second') });
  const config = JSON.parse(readFileSync(join(folder, 'second', 'config.json'), 'utf8')) as typeof options;
  const { optimizer, learningRate, beta1, weightDecay } = config;
  assert.deepEqual({ optimizer, learningRate, beta1, weightDecay, epochs: 1 }, { ...options });
  await assert.rejects(trainTiny({ ...own, optimizer: 'nesterov', out: join(folder, 'third') }), {
    code: 'ALEX_OPTION_VALUE',
    message: /optimizer is nesterov; expected adamw, whose state .* has/,
  });
});
