import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tickText } from '../../../src/charts/chart.ts';
import { linearScale, logScale, scaleOf } from '../../../src/cli/chart/scale.ts';

test('a logarithmic scale puts equal ratios at equal distances', () => {
  const scale = logScale([1, 1000]);
  const places = [1, 10, 100, 1000].map((value) => scale.at(value));
  places.forEach((place, i) => assert.ok(Math.abs(place - i / 3) < 1e-12, String(place)));
});

test('ticks are round values inside the axis, not many more than asked for', () => {
  assert.deepEqual(logScale([0.7, 30]).ticks(9), [1, 10]);
  assert.deepEqual(logScale([2, 400]).ticks(9), [10, 100]);
  assert.deepEqual(logScale([2, 9]).ticks(9), [2, 5]);
  assert.deepEqual(logScale([1e-8, 1]).ticks(3), [1e-8, 1e-5, 1e-2]);
  assert.deepEqual(linearScale([0, 1]).ticks(6), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(linearScale([-6, 6]).ticks(4), [-5, 0, 5]);
  assert.deepEqual(linearScale([2.31, 2.34]).ticks(4), [2.31, 2.32, 2.33, 2.34]);
});

test("an axis without a domain has that of its values, rounded; values that are not its scale's are passed over", () => {
  assert.deepEqual(scaleOf({ label: '' }, [0.3, NaN, 9.2]).domain, [0, 10]);
  assert.deepEqual(scaleOf({ label: '', type: 'log' }, [0, 0.02, 9, -1]).domain, [0.02, 9]);
  assert.deepEqual(scaleOf({ label: '', domain: [0.1, 0.7] }, [5]).domain, [0.1, 0.7]);
  for (const values of [[], [3], [0], [-2, -2]]) {
    const [least, most] = scaleOf({ label: '' }, values).domain;
    assert.ok(least < most && values.every((value) => value >= least && value <= most), values.join());
  }
  assert.deepEqual([0, 0.5, 1500, 2e-7, 3e8].map(tickText), ['0', '0.5', '1,500', '2e-7', '3e8']);
});
