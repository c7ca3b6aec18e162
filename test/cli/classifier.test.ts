import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClassifier } from '../../src/cli/classifier.ts';
import { averagings } from '../../src/data/augmentation/views.ts';
import { planarImage } from '../../src/data/image.ts';
import { articleTransforms } from '../../src/data/transforms.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { initialise } from '../../src/network/initialise.ts';
import { evaluateModel } from '../../src/training/evaluateModel.ts';
import { tinyDataset, tinyNetwork } from '../training/tinyTraining.ts';

test('predict averages over the same views as test, and tells them apart from none', async () => {
  const dataset = tinyDataset('test', 5);
  const parameters = new Map<string, Float32Array>();
  initialise(tinyNetwork, { scheme: 'he', seed: 3 }, (name, values) => parameters.set(name, values));
  const { classes } = dataset;
  const model = { network: tinyNetwork, classes, transforms: articleTransforms(8), details: {}, parameters };
  const told = new Set<string>();
  for (const averaging of averagings) {
    const expected: Float32Array[] = [];
    await evaluateModel(model, dataset, {
      engine: createReferenceEngine(),
      batchSize: 2,
      workers: 0,
      averaging,
      onPrediction: (index, _label, _predicted, logits) => (expected[index] = logits.slice()),
    });
    const classifier = await createClassifier(model, { engine: 'reference', batchSize: 3, averaging });
    try {
      for (let i = 0; i < 3; i++) classifier.load(planarImage(dataset.images, dataset, i * 192), i);
      const predictions = await classifier.run(3);
      assert.deepEqual(
        predictions.map(({ logits }) => logits),
        expected.slice(0, 3),
      );
      told.add(predictions[0]!.probabilities.join());
    } finally {
      await classifier.close();
    }
  }
  assert.equal(told.size, averagings.length);
});
