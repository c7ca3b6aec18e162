import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  blockStrengths,
  colourShares,
  distance,
  lab,
  networkOf,
  rankSumZ,
  verdictOf,
} from '../../labs/two-towers.ts';
import { inferShapes, pairedDifference, type Difference } from '../../src/index.ts';
import { runTinyLab } from './tinyLab.ts';

test('two towers have half the weights in the convolutions that do not cross, and the same shapes', () => {
  const widths = [32, 64, 96, 64, 64] as const;
  const name = { en: 'x', ja: 'x' };
  const [towers, whole] = ([2, 1] as const).map((groups) =>
    inferShapes(networkOf({ key: 'towers', name, groups, widths }, 10)),
  );
  assert.deepEqual(
    towers!.map(({ output }) => output),
    whole!.map(({ output }) => output),
  );
  const weights = (layers: typeof towers): unknown[] =>
    layers!.filter(({ spec }) => spec.type === 'conv').map(({ parameters }) => parameters[0]!.shape);
  assert.deepEqual(weights(whole), [
    [32, 3, 5, 5],
    [64, 32, 5, 5],
    [96, 64, 3, 3],
    [64, 96, 3, 3],
    [64, 64, 3, 3],
  ]);
  assert.deepEqual(weights(towers), [
    [32, 3, 5, 5],
    [64, 16, 5, 5],
    [96, 64, 3, 3],
    [64, 48, 3, 3],
    [64, 32, 3, 3],
  ]);
});

test('the share of colour of grey, of red against cyan, of red alone, and of nothing', () => {
  // Kernels of two pixels: [kernel][channel][pixel].
  const grey = [1, 2, 1, 2, 1, 2];
  const opponent = [2, 0, -1, 0, -1, 0];
  const red = [1, 1, 0, 0, 0, 0];
  const shares = colourShares([...grey, ...opponent, ...red, 0, 0, 0, 0, 0, 0], 4);
  for (const [i, share] of [0, 1, 2 / 3, 0].entries()) assert.ok(Math.abs(shares[i]! - share) < 1e-12);
});

test('the distance by ranks is the Mann-Whitney test’s', () => {
  // scipy.stats.mannwhitneyu(a, b, method='asymptotic', use_continuity=False): U 21, p 0.0758, two-sided.
  const [a, b] = [
    [0.1, 0.5, 0.35, 0.7, 0.9],
    [0.2, 0.15, 0.05, 0.3, 0.12],
  ];
  assert.ok(Math.abs(rankSumZ(a!, b!) - 1.7756) < 1e-3);
  assert.equal(rankSumZ(b!, a!), -rankSumZ(a!, b!));
  assert.equal(rankSumZ([1, 2], [1, 2]), 0);
});

test('what halves had before training does not count', () => {
  const before = [0.875, 0.75, 0.125, 0.25];
  const even = before.map((share) => share - 0.0625);
  assert.equal(distance(even, before), 0);
  const apart = before.map((share, i) => share + (i < 2 ? -0.05 - i / 100 : 0.05 + i / 100));
  assert.equal(distance(apart, before), rankSumZ([1, 2], [3, 4]));
});

test('strengths from half to half: none across two groups', () => {
  // 2 outputs of 4 inputs, 1 × 1; in two groups 2 inputs each.
  const dense = blockStrengths([1, 1, 2, 2, 3, 3, 4, 4], [2, 4, 1]);
  assert.deepEqual(dense, [
    [1, 2],
    [3, 4],
  ]);
  const grouped = blockStrengths([3, 4, 6, 8], [2, 4, 2]);
  assert.deepEqual(grouped, [
    [Math.sqrt(12.5), 0],
    [0, Math.sqrt(50)],
  ]);
});

test('gain and specialisation decide together', () => {
  const [worse, same, better]: Difference[] = [
    { mean: -0.03, low: -0.04, high: -0.02, count: 3 },
    { mean: -0.01, low: -0.02, high: 0.01, count: 3 },
    { mean: 0.03, low: 0.02, high: 0.04, count: 3 },
  ];
  assert.equal(verdictOf(better!, 3), 'agrees');
  assert.equal(verdictOf(better!, 2), 'partly');
  assert.equal(verdictOf(worse!, 3), 'partly');
  assert.equal(verdictOf(worse!, 1), 'disagrees');
  assert.equal(verdictOf(same!, 1), 'unclear');
  assert.equal(verdictOf({ mean: 0.1, low: null, high: null, count: 1 }, 1), 'unclear');
});

interface Outcome {
  readonly milliseconds: number;
  readonly trials: readonly {
    accuracy: number;
    shares: number[];
    before: number[];
    z: number;
    blocks: number[][][];
  }[];
}

test('a tiny run: towers do not cross but in conv3, and the verdict follows from the values', async (context) => {
  const settings = { images: 16, testImages: 20, epochs: 1, seeds: 2, timedSteps: 2 };
  const { values, conclusion } = await runTinyLab(context, lab, settings, { threads: 1 });
  const [towers, whole, half] = ['towers', 'whole', 'half'].map((key) => values[key] as Outcome);
  const crossings = (outcome: Outcome): boolean[] =>
    outcome.trials[0]!.blocks.map(([one, other]) => one![1]! > 0 && other![0]! > 0);
  assert.deepEqual(crossings(towers!), [false, true, false, false]);
  assert.deepEqual(crossings(whole!), [true, true, true, true]);
  for (const { trials, milliseconds } of [towers!, whole!, half!]) {
    assert.ok(milliseconds > 0);
    for (const { shares, before, z } of trials) assert.equal(z, distance(shares, before));
  }
  // The same seed begins with the same first filters, in one tower and in two.
  assert.deepEqual(towers!.trials[1]!.before, whole!.trials[1]!.before);
  assert.notDeepEqual(towers!.trials[1]!.shares, towers!.trials[1]!.before);
  const accuraciesOf = ({ trials }: Outcome): number[] => trials.map(({ accuracy }) => accuracy);
  const gain = pairedDifference(accuraciesOf(towers!), accuraciesOf(half!));
  assert.deepEqual(values['gainOverHalf'], gain);
  const apart = towers!.trials.filter(({ z }) => Math.abs(z) > 1.96).length;
  assert.equal(conclusion.verdict, verdictOf(gain, apart));
});
