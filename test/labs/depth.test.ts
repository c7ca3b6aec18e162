import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lab, removals, verdictOf, withoutConvolution } from '../../labs/depth.ts';
import { buildNetwork, inferShapes, pairedDifference, type Difference } from '../../src/index.ts';
import { runTinyLab } from './tinyLab.ts';

test('a convolution goes with its ReLU, and the sizes of what follows stay', () => {
  const whole = buildNetwork('alexnet-32', { classes: 10 });
  const shapesOf = (number: number): string[] =>
    inferShapes(withoutConvolution(whole, number)).map(
      ({ spec, output }) => `${spec.name} ${output.join('×')}`,
    );
  assert.deepEqual(shapesOf(0).slice(0, 3), [
    'features.0 16×32×32',
    'features.1 16×32×32',
    'features.2 16×15×15',
  ]);
  assert.deepEqual(shapesOf(1).slice(0, 2), ['features.2 3×15×15', 'features.3 48×15×15']);
  assert.deepEqual(shapesOf(4).slice(8, 10), ['features.10 64×7×7', 'features.11 64×7×7']);
  for (const number of [1, 2, 3, 4, 5]) assert.equal(shapesOf(number).length, shapesOf(0).length - 2);
  // What the fourth took and gave: 64×96×3×3 weights and 64 biases, and conv5 now has 96 channels to read.
  const parameters = (number: number): number =>
    inferShapes(withoutConvolution(whole, number))
      .flatMap((layer) => layer.parameters)
      .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  assert.equal(parameters(0), 717_530);
  assert.equal(parameters(0) - parameters(4), 64 * 96 * 9 + 64 - 64 * 32 * 9);
});

test('networks that are the same without either of two layers are tried once', () => {
  const whole = buildNetwork('alexnet-32', { classes: 10 });
  assert.deepEqual(
    removals(whole).map(({ without }) => without),
    [[], [1], [2], [3], [4, 5]],
  );
});

test('the verdict counts removals that are worse beyond chance', () => {
  const [worse, same, better]: Difference[] = [
    { mean: -0.03, low: -0.04, high: -0.02, count: 3 },
    { mean: -0.01, low: -0.02, high: 0.01, count: 3 },
    { mean: 0.03, low: 0.02, high: 0.04, count: 3 },
  ];
  assert.equal(verdictOf([worse!, worse!]), 'agrees');
  assert.equal(verdictOf([worse!, same!]), 'partly');
  assert.equal(verdictOf([same!, same!]), 'unclear');
  assert.equal(verdictOf([same!, better!]), 'disagrees');
});

test('a tiny run: differences and verdict follow from the recorded accuracies', async (context) => {
  const settings = { images: 16, testImages: 20, epochs: 1, seeds: 2 };
  const { values, conclusion } = await runTinyLab(context, lab, settings, { threads: 1 });
  const variants = values['variants'] as { accuracies: number[] }[];
  assert.equal(variants.length, 5);
  for (const { accuracies } of variants) {
    assert.equal(accuracies.length, 2);
    assert.ok(accuracies.every((accuracy) => Number.isInteger(Math.round(20 * accuracy * 1e6) / 1e6)));
  }
  const differences = variants
    .slice(1)
    .map(({ accuracies }) => pairedDifference(accuracies, variants[0]!.accuracies));
  assert.deepEqual(values['differences'], differences);
  assert.equal(conclusion.verdict, verdictOf(differences));
});
