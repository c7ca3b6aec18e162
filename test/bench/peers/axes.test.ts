import assert from 'node:assert/strict';
import { it } from 'node:test';
import { reorderAxes } from '../../../bench/peers/axes.ts';

it('moves a kernel’s channels and outputs last', () => {
  const [outputs, inputs, height, width] = [2, 3, 4, 5];
  const kernel = Float32Array.from({ length: outputs * inputs * height * width }, (_, index) => index);
  const moved = reorderAxes(kernel, [outputs, inputs, height, width], [2, 3, 1, 0]);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const from = kernel[((o * inputs + i) * height + y) * width + x];
          assert.equal(moved[((y * width + x) * inputs + i) * outputs + o], from);
        }
});
