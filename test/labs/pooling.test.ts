import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kinds, networkWith } from '../../labs/pooling/kinds.ts';
import { moveRight, relativeChange } from '../../labs/pooling/moves.ts';
import { lab, pairsFor, verdictOf, type Trial } from '../../labs/pooling.ts';
import { planarBuffer } from '../../src/data/imageBuffer.ts';
import { spreadOf, pairedDifference, pointsText, type Difference } from '../../src/lab/spread.ts';
import { inferShapes, parameterShapes } from '../../src/network/shapes.ts';
import { runTinyLab } from './tinyLab.ts';

test('networks differ in their pools alone: all sizes and parameters are the same', () => {
  const networks = kinds.map((kind) => networkWith(kind, 10));
  const [first, ...others] = networks.map((network) => [
    inferShapes(network).map(({ output }) => output),
    parameterShapes(network),
  ]);
  for (const other of others) assert.deepEqual(other, first);
  const pools = networks.map(({ layers }) => layers.filter(({ type }) => type.endsWith('Pool')));
  assert.deepEqual(
    pools.map((own) => own.map((layer) => `${layer.type} ${'kernelSize' in layer && layer.kernelSize}`)),
    ['maxPool 2', 'maxPool 3', 'avgPool 2', 'avgPool 3'].map((kind) => [kind, kind, kind]),
  );
});

test('an image moves to the right, its first column repeated', () => {
  const buffer = planarBuffer(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 1, 2, 3]);
  moveRight(buffer, 1);
  assert.deepEqual([...buffer.data], [1, 1, 2, 4, 4, 5]);
  moveRight(buffer, 2);
  assert.deepEqual([...buffer.data], [1, 1, 1, 4, 4, 4]);
});

test('a change is told by the length of what it changes', () => {
  assert.equal(relativeChange(Float32Array.of(3, 4), Float32Array.of(3, 4)), 0);
  assert.equal(relativeChange(Float32Array.of(3, 4), Float32Array.of(0, 4)), 3 / 5);
});

test('the verdict needs the overlap to differ from chance, and says how many seeds that would take', () => {
  const between = (low: number, high: number): Difference => ({ mean: 0, low, high, count: 3 });
  assert.equal(verdictOf(true, between(-0.02, -0.01)), 'agrees');
  assert.equal(verdictOf(true, between(-0.02, 0.01)), 'partly');
  assert.equal(verdictOf(false, between(-0.02, -0.01)), 'disagrees');
  // Deviation 0.02: (1.96 × 0.02 / 0.004)² = 96.04.
  assert.equal(pairsFor(-0.004, [0.02, 0, -0.02]), 97);
  assert.equal(pairsFor(-0.004, [0.02]), undefined);
});

test('the engine pools the article’s window, and the conclusion follows from data.json', async (context) => {
  const tiny = { images: 30, testImages: 30, epochs: 1, seeds: 2, moved: 20 };
  const { values, conclusion, items } = await runTinyLab(context, lab, tiny);
  const { max, average } = values['windows'] as { max: number[]; average: number[] };
  assert.deepEqual(
    [max, average],
    [
      [10, 10, 8],
      [6.5, 6.5, 5],
    ],
  );
  const changes = values['changes'] as Record<string, number[][]>;
  for (const own of Object.values(changes))
    assert.deepEqual(
      own.map(({ length }) => length),
      [20, 20, 20, 20],
    );
  // Means over larger windows change less, whatever the weights are.
  const byOne = (kind: string): number => spreadOf(changes[kind]![0]!).mean;
  assert.ok(byOne('avg 3') < byOne('avg 2') && byOne('avg 2') < byOne('every second'));
  const trials = values['trials'] as Trial[];
  const errors = (kind: string): number[] =>
    trials.filter((trial) => trial.kind === kind).map(({ top1 }) => top1);
  const overlapping = pairedDifference(errors('max 3'), errors('max 2'));
  assert.deepEqual((values['overlapping'] as { top1: Difference }).top1, overlapping);
  assert.ok(conclusion.finding.en.includes(`top-1 error ${pointsText(overlapping).en}`));
  const charts = items.flatMap((item) => (item.kind === 'chart' ? [item.name] : []));
  assert.deepEqual(charts, ['moves', 'errors']);
});
