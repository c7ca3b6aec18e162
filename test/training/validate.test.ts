/** Validation while training: its events, the best weights, the end that it decides, and resuming. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { createCpuEngine } from '../../src/engine/cpu/engine.ts';
import { evaluateModel } from '../../src/training/evaluateModel.ts';
import type { TrainingEvent, ValidationEvent } from '../../src/training/events.ts';
import { loadModel } from '../../src/training/modelFile.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';
import { abortAfter, tinyDataset, trainTiny } from './tinyTraining.ts';

function validations(events: readonly TrainingEvent[]): ValidationEvent[] {
  return events.filter((event) => event.type === 'validation');
}

const own = {
  train: tinyDataset('train', 50),
  test: tinyDataset('test', 30),
  validation: tinyDataset('test', 21),
};

test('images that are held back are not trained on, and each epoch is tested on them', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const { events } = await trainTiny({ out, validation: 0.2 });
  const start = events[0];
  assert.ok(start?.type === 'start');
  assert.deepEqual([start.trainImages, start.validationImages, start.stepsPerEpoch], [40, 10, 5]);
  assert.deepEqual(
    validations(events).map(({ epoch, images }) => [epoch, images]),
    [1, 2, 3].map((epoch) => [epoch, 10]),
  );
});

test("the data's own validation images are tested as evaluateModel tests them; the best weights are kept", async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const { events } = await trainTiny({ out, dataset: own, validation: 0.5, epochs: 5, evaluateEvery: 2 });
  const told = validations(events);
  assert.deepEqual(
    told.map(({ epoch }) => epoch),
    [2, 4, 5],
  );
  const best = told.filter((event) => event.best).at(-1)!;
  assert.equal(best.loss, Math.min(...told.map(({ loss }) => loss)));
  const model = await loadModel(join(out, 'best.safetensors'));
  const engine = createReferenceEngine();
  const result = await evaluateModel(model, own.validation, { engine, batchSize: 4, workers: 0 });
  assert.ok(Math.abs(result.loss - best.loss) < 1e-5);
  assert.equal(result.accuracy, best.accuracy);
});

test('patience ends the training, and the model is the best one', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  // A rate that soon makes it worse.
  const options = { out, dataset: own, epochs: 40, learningRate: 0.6, patience: 2, monitor: 'loss' } as const;
  const { events, interrupted } = await trainTiny(options);
  assert.equal(interrupted, false);
  const told = validations(events);
  assert.ok(told.length < 40);
  assert.deepEqual(
    told.slice(-3).map(({ best }) => best),
    [true, false, false],
  );
  const epochs = events.filter((event) => event.type === 'epoch');
  assert.deepEqual(
    epochs.map(({ last }) => last),
    epochs.map((_, i) => i === epochs.length - 1),
  );
  assert.ok(events.some((event) => event.type === 'notice' && event.code === 'early-stop'));
  const [best, model] = ['best', 'model'].map((file) => readFileSync(join(out, `${file}.safetensors`)));
  assert.equal(best!.equals(model!), true);
  // It has ended for good; with more patience it goes on.
  const resume = { ...options, out: undefined, resume: out };
  const again = await trainTiny(resume);
  assert.equal(validations(again.events).length, 0);
  const longer = await trainTiny({ ...resume, patience: 3 });
  assert.ok(validations(longer.events).length >= 1);
});

test('plateau reduces the rate, and says so', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  const { events } = await trainTiny({
    out,
    dataset: own,
    epochs: 12,
    learningRate: 0.6,
    schedule: 'plateau',
    plateauPatience: 0,
    plateauReductions: 1,
    logEvery: 1,
  });
  const notice = events.findIndex((event) => event.type === 'notice' && event.code === 'plateau');
  const rates = (some: readonly TrainingEvent[]): number[] =>
    some.flatMap((event) => (event.type === 'step' ? [event.learningRate] : []));
  assert.ok(rates(events.slice(0, notice)).every((rate) => rate === 0.6));
  const after = rates(events.slice(notice));
  assert.ok(after.length > 0 && after.every((rate) => Math.abs(rate - 0.06) < 1e-12));
});

test('a run with validation and a schedule goes on to the same bits, wherever it was interrupted', async (context) => {
  const folder = temporaryFolder(context);
  const engine = await createCpuEngine({ threads: 2 });
  const options = { dataset: own, schedule: 'cosine', warmupEpochs: 0.5, monitor: 'accuracy' } as const;
  const whole = await trainTiny({ ...options, out: join(folder, 'whole') }, { engine });
  const tensors = (run: string, file: string): Buffer => {
    const bytes = readFileSync(join(folder, run, `${file}.safetensors`));
    return bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
  };
  // Within an epoch, and while it is being validated.
  for (const after of [5, 14]) {
    const run = `after-${after}`;
    const first = await trainTiny({ ...options, out: join(folder, run) }, { engine, ...abortAfter(after) });
    assert.equal(first.interrupted, true);
    const resume = { dataset: own, resume: join(folder, run) };
    const second = await trainTiny(resume, { engine });
    assert.deepEqual(validations([...first.events, ...second.events]), validations(whole.events));
    for (const file of ['checkpoint', 'model', 'best']) {
      assert.equal(tensors(run, file).equals(tensors('whole', file)), true, `${file} after ${after}`);
    }
    await assert.rejects(trainTiny({ ...resume, epochs: 9 }), { message: /has epochs 3, and now it is 9/ });
  }
});

test('what needs validation images is refused without them', async (context) => {
  const out = join(temporaryFolder(context), 'run');
  await assert.rejects(trainTiny({ out, schedule: 'plateau' }), {
    message: /^ALEX_OPTION_VALUE: schedule is plateau/,
  });
  await assert.rejects(trainTiny({ out, patience: 3 }), { message: /^ALEX_OPTION_VALUE: patience is 3/ });
  assert.equal(existsSync(out), false);
});
