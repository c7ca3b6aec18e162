import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  calibration,
  classScores,
  confusionMatrix,
  wilsonInterval,
  type Predictions,
} from '../../src/report/statistics.ts';

const close = (actual: number | undefined, expected: number): void =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-4, `${actual}, expected ${expected}`);

/** Ten answers about three classes. */
const predictions: Predictions = {
  indices: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  labels: [0, 0, 0, 0, 1, 1, 1, 2, 2, 2],
  predicted: [0, 0, 0, 1, 1, 1, 0, 1, 1, 1],
  confidences: [0.95, 0.95, 0.85, 0.65, 0.95, 0.75, 0.55, 0.55, 0.65, 1],
  likelihoods: [0.95, 0.95, 0.85, 0.2, 0.95, 0.75, 0.3, 0.1, 0.1, 0],
};

test('precision, recall and F1 are those worked out by hand', () => {
  const confusion = confusionMatrix(predictions, 3);
  assert.deepEqual(confusion, [
    [3, 1, 0],
    [1, 2, 0],
    [0, 3, 0],
  ]);
  const [first, second, third] = classScores(confusion);
  close(first!.precision, 3 / 4);
  close(first!.recall, 3 / 4);
  close(second!.precision, 2 / 6);
  close(second!.recall, 2 / 3);
  close(second!.f1, 4 / 9);
  // The third class was never said.
  assert.deepEqual(third, { precision: undefined, recall: 0, f1: 0, images: 3 });
  const [absent] = classScores([[0]]);
  assert.deepEqual(absent, { precision: undefined, recall: undefined, f1: undefined, images: 0 });
});

test('the expected calibration error is that worked out by hand', () => {
  const { bins, error } = calibration(predictions, 10);
  // Bin, images, right answers, mean confidence: 0.5: 2, 0, 0.55; 0.6: 2, 0, 0.65; 0.7: 1, 1; 0.8: 1, 1; 0.9: 4, 3, 0.9625.
  assert.deepEqual(
    bins.map(({ images, correct }) => [images, correct]),
    [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [2, 0],
      [2, 0],
      [1, 1],
      [1, 1],
      [4, 3],
    ],
  );
  close(bins[9]!.confidence, 0.9625);
  close(error, (2 * 0.55 + 2 * 0.65 + 0.25 + 0.15 + 4 * (0.9625 - 0.75)) / 10);
});

test("Wilson's interval is the published one", () => {
  // 8 of 10 and 0 of 10, as in Newcombe 1998's formulas: (2np + z² ± z √(z² + 4npq)) / 2(n + z²).
  const of8 = wilsonInterval(8, 10);
  close(of8.low, 0.4902);
  close(of8.high, 0.9433);
  const of0 = wilsonInterval(0, 10);
  assert.equal(of0.low, 0);
  close(of0.high, 0.2775);
});
