import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneAtATime, releaseMemory } from '../../src/training/releaseMemory.ts';

test('of the values read one at a time, only the last have memory', () => {
  const keepOne = oneAtATime();
  const [a, b] = [new Float32Array(4), new Float32Array(2)];
  keepOne(() => a);
  assert.equal(a.length, 4);
  keepOne(() => {
    // Already before the next are made.
    assert.equal(a.buffer.detached, true);
    return b;
  });
  assert.equal(b.length, 2);
});

test('shared memory is left alone, and releasing twice is once', () => {
  const shared = new Float32Array(new SharedArrayBuffer(8));
  releaseMemory(shared);
  assert.equal(shared.length, 2);
  const own = new Float32Array(2);
  releaseMemory(own);
  releaseMemory(own);
  assert.equal(own.length, 0);
});
