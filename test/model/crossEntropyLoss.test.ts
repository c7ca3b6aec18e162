import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { crossEntropyLoss } from '../../src/model/crossEntropyLoss.ts';
import type { Outputs } from '../../src/model/outputs.ts';
import { tensor } from '../../src/model/tensor.ts';

function outputs(rows: readonly (readonly number[])[]): Outputs {
  const logits = tensor(Float32Array.from(rows.flat()), [rows.length, rows[0].length]);
  return { ...logits, backward: async () => {} };
}

test('the loss is the mean of -log softmax at the labels', () => {
  // softmax([0, ln 3]) is [1/4, 3/4]; equal logits give 1/2.
  const loss = crossEntropyLoss()(outputs([[0, Math.log(3)], [7, 7]]), [0, 1]); // prettier-ignore
  assert.ok(Math.abs(loss.item() - (Math.log(4) + Math.log(2)) / 2) < 1e-7);
});

test('large logits neither overflow nor lose the loss', () => {
  const loss = crossEntropyLoss()(outputs([[1e4, -1e4]]), [1]);
  assert.equal(loss.item(), 2e4);
});

test('labels must be one an image, each a class', () => {
  const given = outputs([[0, 1], [1, 0]]); // prettier-ignore
  const refused = { code: 'ALEX_MODEL_LABELS' };
  for (const labels of [[0], [0, 1, 1], [0, 2], [0, -1], [0, 0.5]]) {
    assert.throws(() => crossEntropyLoss()(given, labels), refused);
  }
});

test('label smoothing is torch’s: test/golden/optimizers.py wrote the losses', () => {
  const golden = JSON.parse(readFileSync(new URL('../golden/optimizers.json', import.meta.url), 'utf8')) as {
    smoothed: { smoothing: number; loss: number }[];
  };
  const rows = [0, 1, 2].map((row) => [0, 1, 2, 3, 4].map((c) => 4 * Math.sin(0.7 * (5 * row + c))));
  for (const { smoothing, loss } of golden.smoothed) {
    const given = outputs(rows);
    let told: number | undefined;
    given.backward = async (_, labelSmoothing) => void (told = labelSmoothing);
    const own = crossEntropyLoss({ labelSmoothing: smoothing })(given, [0, 3, 4]);
    assert.ok(Math.abs(own.item() - loss) < 1e-6);
    void own.backward();
    assert.equal(told, smoothing);
  }
  assert.throws(() => crossEntropyLoss({ labelSmoothing: 1 }), { code: 'ALEX_OPTION_VALUE' });
});
