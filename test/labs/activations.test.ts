import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lab } from '../../labs/activations.ts';
import { runTinyLab } from './tinyLab.ts';

test('the steepest slopes are measured, and agree with the derivatives', async (context) => {
  const { values, conclusion, items } = await runTinyLab(context, lab, { points: 401 });
  const measured = values['measuredPeaks'] as Record<string, number>;
  // d/dx 1 / (1 + exp(-x)) is at most 1/4, d/dx tanh x at most 1.
  for (const [name, peak] of Object.entries({ sigmoid: 0.25, tanh: 1, ReLU: 1 })) {
    assert.ok(Math.abs(measured[name]! - peak) < 1e-3, `${name}: ${measured[name]}`);
  }
  assert.equal(conclusion.verdict, 'agrees');
  assert.deepEqual(
    items.map(({ kind }) => kind),
    ['story', 'chart', 'chart', 'table'],
  );
});
