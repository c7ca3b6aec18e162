import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace } from '../../src/training/pace.ts';

test('a steady pace is told exactly from the first step on', () => {
  let now = 5000;
  const pace = createPace(() => now);
  for (let step = 0; step < 100; step++) {
    now += 500;
    assert.ok(Math.abs(pace.count(32) - 64) < 1e-9);
  }
});

test('a new pace takes over in a minute, and a single slow step does not', () => {
  let now = 0;
  const pace = createPace(() => now);
  let rate = 0;
  const step = (seconds: number): void => {
    now += 1000 * seconds;
    rate = pace.count(100);
  };
  for (let i = 0; i < 60; i++) step(1);
  step(2);
  assert.ok(rate > 85, String(rate));
  for (let i = 0; i < 30; i++) step(2);
  assert.ok(rate < 53, String(rate));
});

test('no time is no pace', () => {
  assert.equal(createPace(() => 0).count(8), 0);
});
