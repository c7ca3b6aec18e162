import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCpuEngine } from '../../src/engine/cpu/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import type { StepEvent, TrainingEvent } from '../../src/training/events.ts';
import { loadModel } from '../../src/training/modelFile.ts';
import { train } from '../../src/training/train.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { abortAfter, tinyDataset, tinyNetwork, tinyOptions, trainTiny } from './tinyTraining.ts';

function steps(events: readonly TrainingEvent[]): StepEvent[] {
  return events.filter((event) => event.type === 'step');
}

test('the tiny network learns its data, and the model file holds what was tested', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const { events, result, interrupted, model } = await trainTiny({ out, epochs: 12 });
  assert.equal(interrupted, false);
  const losses = events.filter((event) => event.type === 'epoch').map(({ loss }) => loss);
  assert.ok(losses.at(-1)! < losses[0]! / 2, losses.join());
  // A third would be chance.
  assert.ok(result!.accuracy > 0.9, String(result!.accuracy));
  assert.equal(result!.total, 30);
  const saved = await loadModel(model!);
  assert.deepEqual(saved.network, tinyNetwork);
  assert.deepEqual(saved.classes, ['red', 'green', 'blue']);
  const files = readdirSync(out).map((name) => name.replace(/(?<=tfevents\.).*/, '…'));
  assert.deepEqual(files.toSorted(), [
    'checkpoint.safetensors',
    'config.json',
    'events.jsonl',
    'events.out.tfevents.…',
    'model.safetensors',
  ]);
});

test('events come in order, and all but progress are in events.jsonl', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const { events } = await trainTiny({ out, epochs: 2 });
  const kinds = events.map((event) => event.type).filter((type) => type !== 'progress');
  const epoch = ['step', 'step', 'epoch', 'checkpoint'];
  assert.deepEqual(kinds, ['start', 'watch', ...epoch, ...epoch, 'result']);
  const told = events.filter((event) => event.type !== 'progress');
  const lines = readFileSync(join(out, 'events.jsonl'), 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    JSON.parse(JSON.stringify(told)),
  );
});

test('a step event tells the mean loss of its steps, counted in the epoch as the article does', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const { events } = await trainTiny({ out, epochs: 2 });
  const each = events.filter((event) => event.type === 'progress' && event.phase === 'train');
  const losses = each.map((event) => (event as { loss: number }).loss);
  const mean = (from: number): number => (losses[from]! + losses[from + 1]! + losses[from + 2]!) / 3;
  const expected = [
    [1, 3, mean(0)],
    [1, 6, mean(3)],
    // The seventh step's loss is dropped with its epoch.
    [2, 3, mean(7)],
    [2, 6, mean(10)],
  ];
  const got = steps(events).map(({ epoch, step, loss }) => [epoch, step, loss]);
  assert.equal(got.length, expected.length);
  got.forEach(([epoch, step, loss], i) => {
    assert.deepEqual([epoch, step], expected[i]!.slice(0, 2));
    assert.ok(Math.abs(loss! - expected[i]![2]!) < 1e-12);
  });
});

test('an interrupted run goes on to the same bits, wherever it was interrupted', async (context) => {
  const folder = temporaryFolder(context);
  // The reference engine's weights are float64: a checkpoint rounds them.
  const engine = await createCpuEngine({ threads: 2 });
  const whole = await trainTiny({ out: join(folder, 'whole') }, { engine });
  const expected = readFileSync(join(folder, 'whole', 'checkpoint.safetensors'));
  // At the first step, the last of an epoch, the first of another, and the very end of the training.
  for (const after of [1, 7, 8, 21]) {
    const out = join(folder, `after-${after}`);
    const first = await trainTiny({ out }, { engine, ...abortAfter(after) });
    assert.equal(first.interrupted, true);
    assert.equal(first.result, undefined);
    const second = await trainTiny({ resume: out }, { engine });
    assert.equal(second.interrupted, false);
    const start = second.events[0];
    assert.ok(start?.type === 'start' && start.resumedFrom === after);
    assert.deepEqual(
      steps([...first.events, ...second.events]).map(withoutRate),
      steps(whole.events).map(withoutRate),
    );
    assert.deepEqual(second.result, whole.result);
    const parts = [expected, readFileSync(join(out, 'checkpoint.safetensors'))].map(withoutTimes);
    assert.equal(parts[0]!.equals(parts[1]!), true, `after ${after} steps`);
  }
});

function withoutRate(event: StepEvent): object {
  return { ...event, imagesPerSecond: undefined, waitShare: undefined };
}

/** The tensors of a checkpoint: its header may tell other seconds. */
function withoutTimes(file: Buffer): Buffer {
  return file.subarray(8 + Number(file.readBigUInt64LE(0)));
}

test('a run can be interrupted again and again, and trained for longer', async (context) => {
  const folder = temporaryFolder(context);
  const engine = await createCpuEngine({ threads: 1 });
  await trainTiny({ out: join(folder, 'whole'), epochs: 4 }, { engine });
  const out = join(folder, 'pieces');
  await trainTiny({ out }, { engine, ...abortAfter(2) });
  await trainTiny({ resume: out }, { engine, ...abortAfter(3) });
  await trainTiny({ resume: out }, { engine });
  await trainTiny({ resume: out, epochs: 4 }, { engine });
  const [a, b] = [join(folder, 'whole'), out].map((run) =>
    withoutTimes(readFileSync(join(run, 'checkpoint.safetensors'))),
  );
  assert.equal(a!.equals(b!), true);
});

test('the same seed gives the same bits, another seed does not', async (context) => {
  const folder = temporaryFolder(context);
  const results = [];
  for (const [name, seed] of [
    ['a', 0],
    ['b', 0],
    ['c', 1],
  ] as const) {
    const out = join(folder, name);
    await trainTiny({ out, seed, epochs: 1 });
    results.push(readFileSync(join(out, 'model.safetensors')));
  }
  const tensors = results.map(withoutTimes);
  assert.equal(tensors[0]!.equals(tensors[1]!), true);
  assert.equal(tensors[0]!.equals(tensors[2]!), false);
});

test('a run is resumed only as what it was', async (context) => {
  const folder = temporaryFolder(context);
  const out = join(folder, 'run');
  await trainTiny({ out }, abortAfter(2));
  const differs = (option: string): object => ({
    code: 'ALEX_RESUME_DIFFERS',
    message: new RegExp(`has ${option} `),
  });
  const wider = { ...tinyNetwork, name: 'wider' };
  await assert.rejects(trainTiny({ resume: out, network: wider }), differs('network'));
  await assert.rejects(trainTiny({ resume: out, network: 'alexnet' }), differs('network'));
  await assert.rejects(trainTiny({ resume: out, momentum: 0.1 }), differs('momentum'));
  await assert.rejects(trainTiny({ resume: out, batchSize: 4 }), differs('batchSize'));
  await assert.rejects(trainTiny({ resume: out, seed: 5 }), differs('seed'));
  await assert.rejects(trainTiny({ resume: out, shuffle: false }), differs('shuffle'));
  await assert.rejects(trainTiny({ resume: out, dataset: 'shapes' }), differs('dataset'));
  const others = { train: tinyDataset('train', 51), test: tinyDataset('test', 30) };
  await assert.rejects(trainTiny({ resume: out, dataset: others }), differs('dataset'));
  await assert.rejects(trainTiny({ resume: out, out: 'elsewhere' }), { code: 'ALEX_OPTION_VALUE' });
  await assert.rejects(trainTiny({ resume: join(folder, 'no') }), { code: 'ALEX_RESUME_MISSING' });
  assert.equal((await trainTiny({ resume: out, logEvery: 1, workers: 1 })).interrupted, false);
});

test('a new run never takes the place of another', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  await trainTiny({ out, epochs: 1 });
  const before = readFileSync(join(out, 'events.jsonl'));
  await assert.rejects(trainTiny({ out, epochs: 1 }), { code: 'ALEX_RUN_EXISTS' });
  assert.deepEqual(readFileSync(join(out, 'events.jsonl')), before);
});

/** The reference engine, whose loss is not what it should be from some step on. */
function failingEngine(failsAt: number, loss: number): Engine {
  const engine = createReferenceEngine();
  return {
    ...engine,
    compile: async (network, options) => {
      const program = await engine.compile(network, options);
      let step = 0;
      return {
        ...program,
        step: async (given) => {
          const told = await program.step(given);
          step++;
          return step >= failsAt ? { loss } : told;
        },
      };
    },
  };
}

test('a loss that is no number stops the run and leaves the last checkpoint', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  await assert.rejects(trainTiny({ out, checkpointEverySteps: 5 }, { engine: failingEngine(9, NaN) }), {
    code: 'ALEX_TRAINING_NOT_FINITE',
    message: /the loss became NaN at epoch 2, step 2, with learning rate 0\.05.*--lr, such as 0\.005/,
  });
  const events = readFileSync(join(out, 'events.jsonl'), 'utf8').trimEnd().split('\n');
  const [last, failure] = events.slice(-2).map((line) => JSON.parse(line) as TrainingEvent);
  assert.ok(last!.type === 'checkpoint' && last!.epoch === 1 && last!.step === 7);
  assert.ok(failure!.type === 'failure' && failure!.code === 'ALEX_TRAINING_NOT_FINITE');
  assert.equal(failure!.globalStep, 8);
  const resumed = await trainTiny({ resume: out, checkpointEverySteps: 5 });
  assert.equal(resumed.interrupted, false);
});

test('a training that really diverges is stopped', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  await assert.rejects(trainTiny({ out, learningRate: 1e30 }), { code: 'ALEX_TRAINING_NOT_FINITE' });
  assert.equal(
    readdirSync(out).some((file) => /tmp|model/.test(file)),
    false,
  );
});

test('weights that overflow after a finite loss do not replace a good checkpoint', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const engine = createReferenceEngine();
  const overflowing: Engine = {
    ...engine,
    compile: async (network, options) => {
      const program = await engine.compile(network, options);
      let step = 0;
      return {
        ...program,
        step: async (given) => {
          const told = await program.step(given);
          step++;
          if (step === 14) program.writeParameter('classifier.1.bias', [0, Infinity, 0]);
          return told;
        },
      };
    },
  };
  await assert.rejects(trainTiny({ out }, { engine: overflowing }), {
    code: 'ALEX_TRAINING_NOT_FINITE',
    message: /classifier\.1\.bias became Infinity/,
  });
  assert.equal(readdirSync(out).includes('checkpoint.safetensors.tmp'), false);
  const resumed = await trainTiny({ resume: out });
  assert.ok(resumed.events[0]?.type === 'start' && resumed.events[0].resumedFrom === 7);
});

test('a run whose folder cannot be written fails before it trains', async (context) => {
  const folder = temporaryFolder(context);
  const events: TrainingEvent[] = [];
  const hooks = { onEvent: (event: TrainingEvent) => events.push(event) };
  const file = join(folder, 'file');
  await trainTiny({ out: join(folder, 'run'), epochs: 1 });
  const out = join(folder, 'run', 'config.json', 'inside');
  await assert.rejects(trainTiny({ out }, hooks), { code: 'ALEX_FILE_WRITE' });
  await assert.rejects(train({ ...tinyOptions, init: file, out: file }), { code: 'ALEX_FILE_READ' });
  assert.deepEqual(events, []);
});

test('a checkpoint that cannot be written leaves the one before it', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const path = join(out, 'checkpoint.safetensors');
  let first: Buffer | undefined;
  const hooks = {
    onEvent: (event: TrainingEvent) => {
      if (event.type !== 'checkpoint' || first !== undefined) return;
      first = readFileSync(path);
      // A folder in its place makes opening the temporary file fail.
      mkdirSync(`${path}.tmp`);
    },
  };
  await assert.rejects(trainTiny({ out }, hooks), { code: 'ALEX_FILE_WRITE' });
  assert.equal(readFileSync(path).equals(first!), true);
});

test('a run can begin with the weights of a model file', async (context) => {
  const folder = temporaryFolder(context);
  const { model, result } = await trainTiny({ out: join(folder, 'a'), epochs: 6 });
  const again = await trainTiny({ out: join(folder, 'b'), epochs: 1, init: model!, learningRate: 1e-9 });
  assert.deepEqual(again.result!.confusion, result!.confusion);
  const two = { ...tinyNetwork, layers: [...tinyNetwork.layers] };
  two.layers[0] = { type: 'conv', name: 'features.0', outChannels: 5, kernelSize: 3, padding: 1 };
  await assert.rejects(trainTiny({ out: join(folder, 'c'), init: model!, network: two }), {
    code: 'ALEX_TENSOR_SHAPE',
  });
  assert.equal(readdirSync(folder).includes('c'), false);
});

test('a network for another number of classes than the data has is refused', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const four = { ...tinyNetwork, layers: tinyNetwork.layers.slice(0, -1) };
  four.layers.push({ type: 'linear', name: 'classifier.1', outFeatures: 4 });
  await assert.rejects(trainTiny({ out, network: four }), { code: 'ALEX_MODEL_CLASSES' });
});

test('augmentation changes what is trained on; the model file has what it is tested with, and resuming its bits', async (context) => {
  const folder = temporaryFolder(context);
  const engine = await createCpuEngine({ threads: 2 });
  const options = { preprocess: 'dataset', augment: ['pad-crop=2', 'flip', 'pca'] } as const;
  const whole = await trainTiny({ ...options, out: join(folder, 'whole') }, { engine });
  const { transforms } = await loadModel(whole.model!);
  assert.deepEqual(
    transforms.map(({ type }) => type),
    ['resize', 'toTensor', 'normalize'],
  );
  const out = join(folder, 'pieces');
  await trainTiny({ ...options, out }, { engine, ...abortAfter(9) });
  await trainTiny({ resume: out }, { engine });
  const plain = await trainTiny({ preprocess: 'dataset', out: join(folder, 'plain') }, { engine });
  const [a, b, c] = [whole.model!, join(out, 'model.safetensors'), plain.model!].map((path) =>
    withoutTimes(readFileSync(path)),
  );
  assert.equal(a!.equals(b!), true);
  assert.equal(a!.equals(c!), false);
  await assert.rejects(trainTiny({ resume: out, augment: null }), { code: 'ALEX_RESUME_DIFFERS' });
});

test("the paper's images are the training images minus their mean, from 0 to 255", async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const { model } = await trainTiny({ out, preprocess: 'paper', learningRate: 1e-6, epochs: 1 });
  const { transforms } = await loadModel(model!);
  const { images, length } = tinyDataset('train', 50);
  const first =
    Array.from({ length }, (_, n) => images[n * 192]!).reduce((sum, value) => sum + value, 0) / length;
  const mean = transforms.find((step) => step.type === 'subtractMean')!;
  assert.ok(Math.abs(mean.mean[0]! * 255 - first) < 1e-3);
  const scale = transforms.find((step) => step.type === 'normalize')!;
  assert.ok(Math.abs(1 / scale.std[0]! - 255) < 1e-9);
});
