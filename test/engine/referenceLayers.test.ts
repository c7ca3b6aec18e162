import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { runLayer } from '../../src/engine/reference/layers.ts';
import { zeros, type Tensor } from '../../src/engine/reference/tensor.ts';
import { inferShapes } from '../../src/network/shapes.ts';
import type { LayerSpec } from '../../src/network/spec.ts';
import { hashedTensor } from './hashedTensors.ts';
import { assertSampled, type SampledTensor } from './sampledTensors.ts';

interface LayerCase {
  readonly spec: LayerSpec;
  readonly training: boolean;
  readonly input: readonly number[];
  readonly parameters: readonly (readonly [name: string, shape: readonly number[]])[];
  readonly output: SampledTensor;
  readonly gradients: Readonly<Record<'input' | 'weight' | 'bias', SampledTensor>>;
  readonly after: Readonly<Record<string, SampledTensor>>;
}

const golden = JSON.parse(readFileSync(new URL('../golden/layers.json', import.meta.url), 'utf8')) as Record<
  string,
  LayerCase
>;

function hashed(number: number, shape: readonly number[]): Tensor {
  const tensor = zeros(shape);
  tensor.data.set(hashedTensor(77, number, tensor.data.length));
  return tensor;
}

function parametersOf({ spec, parameters }: LayerCase): Map<string, Tensor> {
  return new Map(
    parameters.map(([name, shape], index) => {
      const tensor = hashed(index + 1, shape);
      if (name === 'running_var') tensor.data.forEach((value, at) => (tensor.data[at] = value + 1.5));
      return [`${spec.name}.${name}`, tensor];
    }),
  );
}

describe("layers of the reference engine against PyTorch's", () => {
  for (const [name, one] of Object.entries(golden)) {
    it(name, () => {
      const { spec, training, gradients } = one;
      const [, channels, height = 1, width = 1] = one.input;
      const network = { name, input: { channels: channels!, height, width }, layers: [spec] };
      const shape = inferShapes(network)[0]!;
      const parameters = parametersOf(one);
      assert.deepEqual(
        shape.parameters.map((parameter) => [parameter.name, parameter.shape]),
        [...parameters].map(([parameter, tensor]) => [parameter, tensor.shape]),
      );
      const { output, backward } = runLayer(shape, hashed(0, one.input), {
        parameter: (parameter) => parameters.get(parameter)!,
        weights: (parameter) => parameters.get(parameter)!,
        dropoutIndex: 0,
        training: training ? { seed: 0, step: 0 } : undefined,
      });
      assert.deepEqual(output.shape, one.output.shape);
      assertSampled('output', output.data, one.output, 1e-7);
      const found = backward(hashed(1000, output.shape));
      for (const [of, expected] of Object.entries(gradients)) {
        const gradient = found[of as keyof typeof gradients]!;
        assert.deepEqual(gradient.shape, expected.shape);
        assertSampled(`gradient of ${of}`, gradient.data, expected, 1e-6);
      }
      for (const [parameter, expected] of Object.entries(one.after)) {
        assertSampled(parameter, parameters.get(`${spec.name}.${parameter}`)!.data, expected, 1e-7);
      }
    });
  }
});
