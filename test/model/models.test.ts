import assert from 'node:assert/strict';
import { test } from 'node:test';
import { models } from '../../src/model/models.ts';

function elements(model: { parameters(): readonly { shape: readonly number[] }[] }): number {
  return model
    .parameters()
    .reduce((sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1), 0);
}

// The counts are torchvision's.
test('alexnet has the parameters of torchvision, for ImageNet unless told', () => {
  assert.equal(elements(models.alexnet()), 61_100_840);
  assert.equal(elements(models.alexnet({ numClasses: 10 })), 57_044_810);
});

test('each is the network of its name', () => {
  const made = { alexnet2012: 'alexnet-2012', caffenet: 'caffenet', alexnet32bn: 'alexnet-32-bn' } as const;
  for (const [name, network] of Object.entries(made)) {
    assert.equal(models[name as keyof typeof made]({ numClasses: 3 }).network.name, network);
  }
  assert.equal(elements(models.alexnet2012()), 60_965_224);
});

test('options reach the network', () => {
  const { network } = models.alexnet32({ numClasses: 7, dropout: 0.25, inputSize: 48 });
  assert.equal(network.name, 'alexnet-32');
  assert.equal(network.input.width, 48);
  assert.deepEqual(network.layers.at(-1), { type: 'linear', name: 'classifier.6', outFeatures: 7 });
  const probabilities = network.layers.flatMap((layer) =>
    layer.type === 'dropout' ? [layer.probability] : [],
  );
  assert.deepEqual(probabilities, [0.25, 0.25]);
});
