import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch, Loader } from '../../src/data/batches.ts';
import { crossEntropy } from '../../src/engine/reference/crossEntropy.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { createGenerator } from '../../src/random/generator.ts';
import { evaluate } from '../../src/training/evaluate.ts';
import { evaluateModel } from '../../src/training/evaluateModel.ts';
import { tinyDataset, tinyNetwork } from './tinyTraining.ts';

const classes = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

/** A program and a loader that give these logits and labels, so many images at once. */
function giving(logits: readonly (readonly number[])[], labels: readonly number[], batchSize: number) {
  const stepsPerEpoch = Math.ceil(labels.length / batchSize);
  const loader: Pick<Loader, 'batches' | 'stepsPerEpoch'> = {
    stepsPerEpoch,
    async *batches() {
      for (let step = 0; step < stepsPerEpoch; step++) {
        const own = labels.slice(step * batchSize, (step + 1) * batchSize);
        const indices = Uint32Array.from(own, (_, i) => step * batchSize + i);
        yield {
          slot: step,
          view: 0,
          count: own.length,
          labels: Uint8Array.from(own),
          indices,
          release() {},
        } satisfies Batch;
      }
    },
  };
  const forward = async ({ slot = 0, count = 0 } = {}): Promise<Float32Array> =>
    Float32Array.from(logits.slice(slot * batchSize, slot * batchSize + count).flat());
  return { program: { forward }, loader };
}

test('accuracy, top five, loss, table and confusion of known logits', async () => {
  const logits = [
    [9, 1, 2, 3, 4, 5, 6],
    [9, 1, 2, 3, 4, 5, 6],
    [9, 1, 2, 3, 4, 5, 6],
    [0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0],
  ];
  // Right; fifth best; sixth best; the first of equals; the sixth of equals.
  const labels = [0, 3, 2, 0, 5];
  const { program, loader } = giving(logits, labels, 2);
  const result = await evaluate(program, loader, { classes, total: 5 });
  assert.equal(result.correct, 2);
  assert.equal(result.total, 5);
  assert.equal(result.accuracy, 2 / 5);
  assert.equal(result.top5, 3 / 5);
  assert.deepEqual(result.confusion[0], [2, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(result.confusion[5], [1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(result.perClass[0], { class: 'a', correct: 2, total: 2, accuracy: 1 });
  assert.deepEqual(result.perClass[1], { class: 'b', correct: 0, total: 0, accuracy: 0 });
});

test("the loss is the reference engine's, also for large logits", async () => {
  const generator = createGenerator(3, 4);
  const logits = Array.from({ length: 20 }, () =>
    classes.map(() => Math.fround(2000 * generator.uniform() - 1000)),
  );
  const labels = logits.map(() => generator.below(7));
  const { program, loader } = giving(logits, labels, 8);
  const { loss } = await evaluate(program, loader, { classes, total: 20 });
  const each = crossEntropy({ shape: [20, 7], data: Float64Array.from(logits.flat()) }, labels);
  const mean = each.reduce((sum, value) => sum + value, 0) / 20;
  assert.ok(Math.abs(loss - mean) <= 1e-12 * mean);
});

test('every image is told, in order', async () => {
  const { program, loader } = giving(
    [
      [1, 2],
      [4, 3],
      [5, 6],
    ],
    [0, 0, 1],
    2,
  );
  const told: unknown[] = [];
  await evaluate(program, loader, {
    classes: ['x', 'y'],
    total: 3,
    onPrediction: (index, label, predicted, logits) => told.push([index, label, predicted, [...logits]]),
  });
  assert.deepEqual(told, [
    [0, 0, 1, [1, 2]],
    [1, 0, 0, [4, 3]],
    [2, 1, 1, [5, 6]],
  ]);
});

test('outputs that are no numbers are an error, not an accuracy', async () => {
  const { program, loader } = giving(
    [
      [1, 2],
      [NaN, 3],
    ],
    [0, 0],
    2,
  );
  await assert.rejects(evaluate(program, loader, { classes: ['x', 'y'], total: 2 }), {
    code: 'ALEX_EVALUATION_NOT_FINITE',
    message: /image 1/,
  });
});

test('an aborted signal ends it with its reason', async () => {
  const { program, loader } = giving([[1, 2]], [0], 1);
  const signal = AbortSignal.abort('enough');
  await assert.rejects(
    evaluate(program, loader, { classes: ['x', 'y'], total: 1, signal }),
    (reason) => reason === 'enough',
  );
});

test('a model is tested only on data with its number of classes', async () => {
  const model = {
    network: tinyNetwork,
    classes: ['red', 'green'],
    transforms: [],
    details: {},
    parameters: new Map(),
  };
  const options = { engine: createReferenceEngine(), batchSize: 2, workers: 0 };
  await assert.rejects(evaluateModel(model, tinyDataset('test', 4), options), {
    code: 'ALEX_MODEL_CLASSES',
    message: /tells 2 classes apart, and the data set tiny has 3/,
  });
});
