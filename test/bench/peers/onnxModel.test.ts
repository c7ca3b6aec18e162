/** Field numbers are those of onnx.proto. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { onnxModel } from '../../../bench/peers/onnxModel.ts';
import type { NetworkSpec } from '../../../src/network/spec.ts';
import { buildNetwork } from '../../../src/network/zoo/networks.ts';
import {
  byteStrings,
  messages,
  numbers,
  readMessage,
  texts,
  type Message,
} from '../../formats/protobuf/readMessage.ts';

const network: NetworkSpec = {
  name: 'small',
  input: { channels: 2, height: 9, width: 9 },
  layers: [
    { type: 'conv', name: 'c', outChannels: 3, kernelSize: 3, stride: 2, padding: 1 },
    { type: 'relu', name: 'r' },
    { type: 'maxPool', name: 'p', kernelSize: 3, stride: 2 },
    { type: 'adaptiveAvgPool', name: 'a', outputSize: 2 },
    { type: 'flatten', name: 'f' },
    { type: 'dropout', name: 'd', probability: 0.5 },
    { type: 'linear', name: 'l', outFeatures: 5 },
  ],
};

const lengths: Readonly<Record<string, number>> = {
  'c.weight': 54,
  'c.bias': 3,
  'l.weight': 60,
  'l.bias': 5,
};

function parameter(name: string): Float32Array {
  return Float32Array.from({ length: lengths[name] }, (_, index) => index + name.length / 16);
}

const model = readMessage(Buffer.concat(onnxModel(network, parameter)));
const [graph] = messages(model, 7);

/** An attribute is one number (3) or several (8). */
function attributesOf(node: Message): Record<string, number[]> {
  const attributes = messages(node, 5).map((each) => {
    const [whole, wholes] = [numbers(each, 3), numbers(each, 8)];
    assert.deepEqual(numbers(each, 20), [wholes.length > 0 ? 7 : 2]);
    return [texts(each, 1)[0], [...whole, ...wholes]] as [string, number[]];
  });
  return Object.fromEntries(attributes);
}

it('says which version of the format and of the operators it has', () => {
  assert.deepEqual(numbers(model, 1), [8]);
  assert.deepEqual(numbers(messages(model, 8)[0], 2), [17]);
});

it('chains the layers, without those that do nothing in inference', () => {
  const nodes = messages(graph, 1).map((node) => ({
    operator: texts(node, 4)[0],
    inputs: texts(node, 1),
    outputs: texts(node, 2),
    attributes: attributesOf(node),
  }));
  const conv = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
  const pool = { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 0, 0] };
  assert.deepEqual(nodes, [
    { operator: 'Conv', inputs: ['images', 'c.weight', 'c.bias'], outputs: ['c'], attributes: conv },
    { operator: 'Relu', inputs: ['c'], outputs: ['r'], attributes: {} },
    { operator: 'MaxPool', inputs: ['r'], outputs: ['p'], attributes: pool },
    { operator: 'Flatten', inputs: ['p'], outputs: ['f'], attributes: { axis: [1] } },
    {
      operator: 'Gemm',
      inputs: ['f', 'l.weight', 'l.bias'],
      outputs: ['logits'],
      attributes: { transB: [1] },
    },
  ]);
});

it('holds the parameters', () => {
  const tensors = messages(graph, 5).map((tensor) => {
    const [bytes] = byteStrings(tensor, 9);
    return {
      name: texts(tensor, 8)[0],
      shape: numbers(tensor, 1),
      values: new Float32Array(Uint8Array.from(bytes).buffer),
    };
  });
  assert.deepEqual(
    tensors.map(({ name, shape }) => [name, ...shape]),
    [
      ['c.weight', 3, 2, 3, 3],
      ['c.bias', 3],
      ['l.weight', 5, 12],
      ['l.bias', 5],
    ],
  );
  for (const { name, values } of tensors) assert.deepEqual(values, parameter(name));
});

it('takes and gives any number of images', () => {
  const [input, output] = [messages(graph, 11)[0], messages(graph, 12)[0]].map((value) => {
    const [shape] = messages(messages(messages(value, 2)[0], 1)[0], 2);
    const sizes = messages(shape, 1).map((size) => numbers(size, 1)[0] ?? texts(size, 2)[0]);
    return [texts(value, 1)[0], ...sizes];
  });
  assert.deepEqual(input, ['images', 'N', 2, 9, 9]);
  assert.deepEqual(output, ['logits', 'N', 5]);
});

it('refuses what ONNX has no operator for', () => {
  // Pools 7 x 7 to 6 x 6.
  const large = buildNetwork('alexnet', { classes: 10, inputSize: 256 });
  assert.throws(() => onnxModel(large, () => new Float32Array(0)), /avgpool pools 256,7,7 to 256,6,6/);
});
