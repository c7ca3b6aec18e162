import assert from 'node:assert/strict';
import { test } from 'node:test';
import { max, tensor } from '../../src/model/tensor.ts';

test('max gives the largest value of each row and its column, the first of equals', () => {
  const [values, indices] = max(tensor(Float32Array.of(-3, -1, -2, 5, 5, 4), [2, 3]), 1);
  assert.deepEqual([...values.data], [-1, 5]);
  assert.deepEqual([...indices.data], [1, 0]);
  assert.deepEqual(indices.shape, [2]);
});

test('eq, sum and item count where two tensors agree', () => {
  const predicted = tensor(Uint32Array.of(3, 1, 2, 2), [4]);
  const labels = tensor(Uint8Array.of(3, 0, 2, 1), [4]);
  assert.deepEqual([...predicted.eq(labels).data], [1, 0, 1, 0]);
  assert.equal(predicted.eq(labels).sum().item(), 2);
});

test('a sum does not overflow the type of its elements', () => {
  assert.equal(tensor(new Uint8Array(1000).fill(255), [1000]).sum().item(), 255_000);
});

test('size counts from either end', () => {
  const images = tensor(new Float32Array(24), [2, 3, 4]);
  assert.equal(images.size(0), 2);
  assert.equal(images.size(-1), 4);
});

test('shapes that do not fit are refused', () => {
  const row = tensor(new Float32Array(3), [3]);
  const refused = { code: 'ALEX_TENSOR_OPERATION' };
  assert.throws(() => tensor(new Float32Array(3), [2, 2]), refused);
  assert.throws(() => row.eq(tensor(new Float32Array(4), [4])), refused);
  assert.throws(() => row.item(), refused);
  assert.throws(() => row.size(1), refused);
  assert.throws(() => max(row, 1), refused);
});
