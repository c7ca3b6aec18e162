import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { loadSplits } from '../../src/data/datasets.ts';
import type { Program } from '../../src/engine/engine.ts';
import type { ResultEvent } from '../../src/training/events.ts';
import { loadModel } from '../../src/training/modelFile.ts';
import type { StepDone } from '../../src/training/session.ts';
import { train } from '../../src/training/train.ts';
import { temporaryFolder } from '../formats/temporaryFolder.ts';

const options = {
  network: 'alexnet-32',
  dataset: 'shapes',
  limitTrain: 40,
  limitTest: 20,
  batchSize: 16,
  threads: 1,
  workers: 0,
  epochs: 2,
} as const;

test('a training in memory writes nothing and comes to the same weights, its steps told', async (context) => {
  const folder = temporaryFolder(context);
  context.mock.method(process, 'cwd', () => folder);
  const steps: Omit<StepDone, 'program' | 'labels'>[] = [];
  let gradient: Float32Array | undefined;
  let weights: Float32Array | undefined;
  const outcome = await train(
    { ...options, out: false },
    {
      onStep: ({ program, labels, ...step }) => {
        steps.push(step);
        gradient = program.readGradient('features.0.weight');
        assert.equal(labels.length, program.readActivation('classifier.6').length / 10);
      },
      onTrained: (program) => void (weights = program.readParameter('features.0.weight')),
    },
  );
  assert.equal(outcome.out, undefined);
  assert.equal(outcome.result!.total, 20);
  assert.deepEqual(readdirSync(folder), []);
  assert.deepEqual(
    steps.map(({ epoch, step, globalStep }) => [epoch, step, globalStep]),
    [1, 2].flatMap((epoch) => [1, 2, 3].map((step) => [epoch, step, 3 * (epoch - 1) + step])),
  );
  assert.ok(gradient!.some((value) => value !== 0));
  const written = await train({ ...options, out: `${folder}/run` });
  const model = await loadModel(written.model!);
  assert.deepEqual(model.parameters.get('features.0.weight'), weights);
  await assert.rejects(train({ ...options, out: false, patience: 1, validation: 10 }), {
    code: 'ALEX_OPTION_VALUE',
  });
});

test('a data set may be tested after every epoch, as the test images are at the end, and no weight changes for it', async () => {
  const data = await loadSplits('shapes', { limitTrain: 40, limitTest: 20 });
  const given = { ...options, dataset: data, ema: 0.9, augment: ['flip'], out: false } as const;
  const weights: Float32Array[] = [];
  const onTrained = (program: Program): void =>
    void weights.push(program.readParameter('classifier.6.weight'));
  const tested: ResultEvent[] = [];
  const epochs: number[] = [];
  const { result } = await train(given, {
    onTrained,
    onEpoch: async ({ epoch, loss, evaluate }) => {
      assert.ok(loss > 0);
      epochs.push(epoch);
      await evaluate(data.train);
      tested.push(await evaluate(data.test));
    },
  });
  await train(given, { onTrained });
  assert.deepEqual(epochs, [1, 2]);
  assert.deepEqual(tested[1], result);
  assert.notEqual(tested[0]!.loss, result!.loss);
  assert.deepEqual(weights[0], weights[1]);
});
