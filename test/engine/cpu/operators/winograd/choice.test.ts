import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  chooseTiling,
  type ConvolutionSize,
} from '../../../../../src/engine/cpu/operators/winograd/choice.ts';

const third: ConvolutionSize = {
  kernelSize: 3,
  stride: 1,
  inChannels: 192,
  output: { channels: 384, height: 13, width: 13 },
  batchSize: 32,
};

it('takes Winograd where it multiplies much less', () => {
  const tiling = chooseTiling(third, 'auto');
  assert.ok(tiling);
  const multiplications = tiling.size ** 2 * tiling.tiles;
  assert.ok(multiplications * 2.5 < 13 * 13 * 9);
});

it('takes the direct algorithm where Winograd cannot, or has nothing to save', () => {
  assert.equal(chooseTiling({ ...third, stride: 2 }, 'winograd'), undefined);
  assert.equal(chooseTiling({ ...third, kernelSize: 1 }, 'winograd'), undefined);
  assert.equal(chooseTiling({ ...third, kernelSize: 8 }, 'winograd'), undefined);
  const onePixel = { channels: 384, height: 1, width: 1 };
  assert.equal(chooseTiling({ ...third, output: onePixel, batchSize: 1 }, 'auto'), undefined);
});

it('does as it is told', () => {
  assert.equal(chooseTiling(third, 'direct'), undefined);
  const onePixel = { channels: 384, height: 1, width: 1 };
  assert.ok(chooseTiling({ ...third, output: onePixel, batchSize: 1 }, 'winograd'));
});
