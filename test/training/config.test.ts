import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlexnetError } from '../../src/errors.ts';
import { trainingConfig } from '../../src/training/config.ts';
import type { TrainingOptions } from '../../src/training/trainingOptions.ts';
import { articleRecipe } from '../../src/training/recipes/article.ts';
import { tinyNetwork, tinyOptions } from './tinyTraining.ts';

test("with no option it is the article's recipe", () => {
  const config = trainingConfig({});
  assert.deepEqual(config, articleRecipe);
  const { network, dataset, shuffle, epochs, batchSize, learningRate, momentum, weightDecay } = config;
  assert.deepEqual(
    { network, dataset, shuffle, epochs, batchSize, learningRate, momentum, weightDecay },
    {
      network: 'alexnet',
      dataset: 'cifar10',
      shuffle: true,
      epochs: 1,
      batchSize: 32,
      learningRate: 0.001,
      momentum: 0.9,
      weightDecay: 0,
    },
  );
});

test('a bad value is refused by the name of its option', () => {
  const bad: readonly (readonly [keyof TrainingOptions, unknown])[] = [
    ['batchSize', 0],
    ['batchSize', 1.5],
    ['batchSize', '32'],
    ['batchSize', null],
    ['learningRate', -1],
    ['learningRate', 0],
    ['learningRate', NaN],
    ['learningRate', Infinity],
    ['momentum', 1],
    ['momentum', -0.1],
    ['weightDecay', -1],
    ['epochs', 0],
    ['threads', 1000],
    ['threads', 0],
    ['workers', -1],
    ['workers', 65],
    ['dropout', 1],
    ['seed', -1],
    ['seed', 2 ** 53],
    ['logEvery', 0],
    ['limitTrain', 0],
    ['limitTest', 0.5],
    ['checkpointEverySteps', 0],
    ['checkpointEveryMinutes', 0],
    ['shuffle', 'yes'],
    ['engine', 'gpu'],
    ['initialization', 'zeros'],
    ['dataset', ''],
  ];
  for (const [option, value] of bad) {
    assert.throws(
      () => trainingConfig({ [option]: value }),
      (error: AlexnetError) =>
        error.code === 'ALEX_OPTION_VALUE' &&
        error.message.includes(`${option} is ${String(value)}; expected`),
      `${option} ${String(value)}`,
    );
  }
  assert.throws(() => trainingConfig({ network: 'alexnett' }), { code: 'ALEX_NETWORK_UNKNOWN' });
  assert.throws(() => trainingConfig({ transforms: [] }), { code: 'ALEX_DATA_TRANSFORMS' });
  assert.throws(() => trainingConfig({ network: tinyNetwork, dropout: 0.5 }), { code: 'ALEX_OPTION_VALUE' });
});

test("a recipe's dropout is for networks by name: one of layers has its own", () => {
  assert.equal(trainingConfig({ recipe: 'cifar-fast' }).dropout, 0.2);
  assert.equal(trainingConfig({ recipe: 'cifar-fast', network: tinyNetwork }).dropout, undefined);
  assert.equal(trainingConfig({ recipe: 'cifar-fast', network: 'my.json' }).dropout, undefined);
});

test('options that are undefined leave the recipe as it is', () => {
  assert.deepEqual(
    trainingConfig({ epochs: undefined, threads: undefined } as TrainingOptions),
    articleRecipe,
  );
});

test('a configuration is JSON, and gives itself back', () => {
  const config = trainingConfig({ ...tinyOptions, out: 'somewhere', threads: 2 });
  assert.equal(config.dataset, 'tiny');
  assert.equal(Object.hasOwn(config, 'out'), false);
  const read = JSON.parse(JSON.stringify(config)) as typeof config;
  assert.deepEqual(trainingConfig({}, read), config);
});
