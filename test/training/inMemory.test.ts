import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
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
