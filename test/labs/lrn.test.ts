import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  lab,
  normalised,
  scalesOf,
  sumOverK,
  verdictOf,
  withNormalisation,
  edgeText,
} from '../../labs/lrn.ts';
import { buildNetwork, inferShapes, pairedDifference, type Difference } from '../../src/index.ts';
import { runTinyLab } from './tinyLab.ts';

const paper = { k: 2, size: 5, alpha: 1e-4, beta: 0.75 };

test("the formula is PyTorch's, which divides alpha by the number of channels", () => {
  // float64: torch.nn.functional.local_response_norm(x, 5, alpha=5e-4, beta=0.75, k=2), PyTorch 1.13.
  const expected = [18.776766, -25.983543, 0.616093, 41.656842, 7.221435, -2.984949, 44.555436];
  const outputs = normalised([50, -120, 3, 200, 75, -31, 400], paper);
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(outputs[i]! - value) < 1e-5, `${i}: ${outputs[i]}`);
});

test('neighbours count beside k as the mean over values says', () => {
  // Two channels of two pixels: 3 and 4 at the first, 0 and 0 at the second.
  assert.deepEqual(scalesOf([3, 4], { ...paper, alpha: 1 }), [27, 27]);
  const share = sumOverK(Float32Array.of(3, 0, 4, 0), [2, 2], { ...paper, alpha: 1 });
  assert.ok(Math.abs(share - (12.5 + 12.5) / 4) < 1e-12);
});

test('normalisation stands between the first two activations and their poolings, and has no parameters', () => {
  const plain = buildNetwork('figure-1', { classes: 10 });
  const network = withNormalisation(plain, paper);
  const types = network.layers.slice(0, 8).map(({ type }) => type);
  assert.deepEqual(types, ['conv', 'relu', 'lrn', 'maxPool', 'conv', 'relu', 'lrn', 'avgPool']);
  const parameters = (spec: typeof plain): unknown => inferShapes(spec).flatMap((layer) => layer.parameters);
  assert.deepEqual(parameters(network), parameters(plain));
});

test('the verdict is that of normalisation at the scale of our inputs', () => {
  const [worse, same, better]: Difference[] = [
    { mean: -0.03, low: -0.04, high: -0.02, count: 3 },
    { mean: -0.01, low: -0.02, high: 0.01, count: 3 },
    { mean: 0.03, low: 0.02, high: 0.04, count: 3 },
  ];
  assert.equal(verdictOf(worse!, better!), 'agrees');
  assert.equal(verdictOf(better!, same!), 'partly');
  assert.equal(verdictOf(same!, same!), 'unclear');
  assert.equal(verdictOf(better!, worse!), 'disagrees');
});

interface Outcome {
  readonly key: string;
  readonly rates: readonly { rate: number; accuracy: number }[];
  readonly rate: number;
  readonly accuracies: readonly number[];
  readonly sumsOverK: readonly number[];
  readonly difference: Difference | null;
}

test('a tiny run: the engine gives the example, and differences follow from the accuracies', async (context) => {
  const settings = { images: 16, testImages: 20, epochs: 1, rates: [0.01, 0.02], seeds: 2 };
  const { values, conclusion } = await runTinyLab(context, lab, settings, { threads: 1 });
  const { inputs, computed } = values['example'] as Record<string, number[]>;
  const outputs = normalised(inputs!, paper);
  for (const [i, value] of computed!.entries()) assert.ok(Math.abs(value / outputs[i]! - 1) < 1e-5);
  const [without, constants, ours] = values['outcomes'] as [Outcome, Outcome, Outcome];
  assert.deepEqual([without.sumsOverK.length, constants.sumsOverK.length], [0, 2]);
  // Alpha is 127.5² times as large, of networks that have hardly been trained.
  const ratio = ours.sumsOverK[0]! / constants.sumsOverK[0]!;
  assert.ok(ratio > 127.5 ** 2 / 2 && ratio < 127.5 ** 2 * 2, String(ratio));
  for (const { rate, rates } of [without, constants, ours]) {
    const best = Math.max(...rates.map(({ accuracy }) => accuracy));
    assert.equal(rates.find((one) => one.rate === rate)!.accuracy, best);
  }
  for (const arm of [constants, ours]) {
    assert.deepEqual(arm.difference, pairedDifference(arm.accuracies, without.accuracies));
  }
  assert.equal(conclusion.verdict, verdictOf(constants.difference!, ours.difference!));
});

test('a best rate at an end of those that were tried is told', () => {
  const rates = [0.01, 0.02, 0.04];
  assert.equal(edgeText([{ key: 'without', rate: 0.02 }], rates).en, '');
  assert.match(
    edgeText(
      [
        { key: 'without', rate: 0.02 },
        { key: 'paper', rate: 0.04 },
      ],
      rates,
    ).en,
    /constants is at an end/,
  );
});
