import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featureMapNamed, lastFeatureMap, lastHiddenLayer } from '../../src/explain/layers.ts';
import { layerGradient } from '../../src/explain/layerGradient.ts';
import { receptiveField } from '../../src/explain/receptiveField.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { elementCount, inferShapes } from '../../src/network/shapes.ts';
import type { LayerSpec, NetworkSpec } from '../../src/network/spec.ts';
import { buildNetwork, type NetworkName } from '../../src/network/zoo/networks.ts';
import { hashedTensor } from '../engine/hashedTensors.ts';
import { assertAtMost } from '../engine/sampledTensors.ts';
import { hashedModel } from './goldenSubject.ts';

/** The last feature map, and what the last linear layer works with. */
const usual: readonly [NetworkName, string, string, number][] = [
  ['alexnet', 'features.11', 'classifier.5', 4096],
  ['alexnet-2012', 'features.13', 'classifier.4', 4096],
  ['alexnet-32', 'features.11', 'classifier.5', 512],
  ['alexnet-32-bn', 'features.16', 'classifier.5', 512],
  ['vgg-32', 'features.23', 'flatten', 256],
  ['80sec', 'relu3', 'relu4', 64],
  ['11pct', 'relu4', 'flatten', 1152],
  ['figure-1-tanh', 'activation3', 'flatten', 1024],
];

for (const [name, map, hidden, features] of usual) {
  test(`${name} is looked at in ${map} and in ${hidden}`, () => {
    const layers = inferShapes(buildNetwork(name, { classes: 10 }));
    assert.deepEqual([lastFeatureMap(layers), lastHiddenLayer(layers)], [map, hidden]);
    const layer = layers.find(({ spec }) => spec.name === hidden)!;
    assert.equal(elementCount(layer.output), features);
  });
}

test('without a linear layer, what the last convolution works with is the last hidden layer', () => {
  const layers = inferShapes(
    networkOf([
      { type: 'conv', name: 'first', outChannels: 8, kernelSize: 3 },
      { type: 'relu', name: 'relu' },
      { type: 'dropout', name: 'dropout', probability: 0.5 },
      { type: 'conv', name: 'classes', outChannels: 10, kernelSize: 1 },
      { type: 'adaptiveAvgPool', name: 'mean', outputSize: 1 },
      { type: 'flatten', name: 'flatten' },
    ]),
  );
  assert.deepEqual([lastFeatureMap(layers), lastHiddenLayer(layers)], ['classes', 'relu']);
});

test('a layer that is not there, and one without rows and columns, are refused with those that can be taken', () => {
  const layers = inferShapes(buildNetwork('alexnet-32', { classes: 10 }));
  assert.throws(() => featureMapNamed(layers, 'feature.11'), {
    code: 'ALEX_EXPLAIN_LAYER',
    message: /no layer with this name.*Did you mean "features.11"\?.*features\.12, avgpool\.$/,
  });
  assert.throws(() => featureMapNamed(layers, 'classifier.5'), {
    code: 'ALEX_EXPLAIN_LAYER',
    message: /its output is \[512\].*These can be taken: features\.0, .*avgpool\.$/,
  });
});

function networkOf(layers: readonly LayerSpec[]): NetworkSpec {
  return { name: 'small', input: { channels: 3, height: 13, width: 13 }, layers };
}

test("a logit's gradient by a layer's output is what finite differences give, through every kind of layer", () => {
  const network = networkOf([
    { type: 'conv', name: 'first', outChannels: 4, kernelSize: 3, stride: 2, padding: 1 },
    { type: 'lrn', name: 'lrn', size: 3, alpha: 0.5, beta: 0.75, k: 1, convention: 'pytorch' },
    { type: 'conv', name: 'grouped', outChannels: 6, kernelSize: 3, padding: 1, groups: 2 },
    { type: 'batchNorm', name: 'norm' },
    { type: 'tanh', name: 'tanh' },
    { type: 'avgPool', name: 'average', kernelSize: 3, stride: 2, ceilMode: true },
    { type: 'locallyConnected', name: 'local', outChannels: 3, kernelSize: 3, padding: 1 },
    { type: 'sigmoid', name: 'sigmoid' },
    { type: 'maxPool', name: 'largest', kernelSize: 2, stride: 1 },
    { type: 'adaptiveAvgPool', name: 'adaptive', outputSize: 2 },
    { type: 'flatten', name: 'flatten' },
    { type: 'dropout', name: 'dropout', probability: 0.5 },
    { type: 'linear', name: 'hidden', outFeatures: 5 },
    { type: 'relu', name: 'relu' },
    { type: 'linear', name: 'last', outFeatures: 3 },
  ]);
  const layers = inferShapes(network);
  const model = hashedModel(network, 3);
  const output = hashedTensor(5, 0, elementCount(layers[0]!.output));
  const { gradient } = layerGradient(model, layers, layers[0]!, output, 1);
  assert.equal(gradient.length, output.length);
  const step = 2 ** -8;
  for (let at = 0; at < output.length; at += 17) {
    const moved = (by: number): number => {
      const other = output.slice();
      other[at]! += by;
      return layerGradient(model, layers, layers[0]!, other, 1).logit;
    };
    // What a float32 holds of the step.
    const apart = Math.fround(output[at]! + step) - Math.fround(output[at]! - step);
    const difference = (moved(step) - moved(-step)) / apart;
    const scale = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    assertAtMost(Math.abs(gradient[at]! - difference), 1e-3 * scale, `difference at ${at}`);
  }
});

/** 195 after the last pool: Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks" (2019). */
test("AlexNet's receptive fields grow to the 195 pixels that are published", () => {
  const layers = inferShapes(buildNetwork('alexnet-2012', { classes: 10 }));
  const sides = ['features.0', 'features.3', 'features.4', 'features.7', 'features.8', 'features.10'];
  const side = (layer: string): number => {
    const [, height] = layers.find(({ spec }) => spec.name === layer)!.output as [number, number];
    const middle = Math.floor(height / 2);
    return receptiveField(layers, layer, { row: middle, column: middle }).height;
  };
  assert.deepEqual([...sides, 'features.12', 'features.14'].map(side), [11, 19, 51, 67, 99, 131, 163, 195]);
  assert.deepEqual(receptiveField(layers, 'features.0', { row: 54, column: 1 }), {
    top: 216,
    left: 4,
    height: 11,
    width: 11,
  });
  const whole = { top: 0, left: 0, height: 227, width: 227 };
  assert.deepEqual(receptiveField(layers, 'classifier.4', { row: 0, column: 0 }), whole);
});

test('a position changes with the pixels of its receptive field and with no others', async () => {
  const network = networkOf([
    { type: 'conv', name: 'conv', outChannels: 4, kernelSize: 3, stride: 2, padding: 1 },
    { type: 'avgPool', name: 'pool', kernelSize: 2, stride: 2, ceilMode: true },
    {
      type: 'lrn',
      name: 'lrn',
      size: 3,
      alpha: 9,
      beta: 0.75,
      k: 1,
      convention: 'caffe',
      region: 'withinChannel',
    },
    { type: 'adaptiveAvgPool', name: 'adaptive', outputSize: 3 },
    { type: 'flatten', name: 'flatten' },
    { type: 'linear', name: 'last', outFeatures: 2 },
  ]);
  const layers = inferShapes(network);
  const [side, pixels] = [13, 13 * 13];
  const program = await createReferenceEngine().compile(network, { batchSize: pixels + 1, training: false });
  for (const [name, values] of hashedModel(network, 2).parameters) program.writeParameter(name, values);
  // The last image is left as it is; each of the others differs in one pixel.
  const input = program.inputs[0]!;
  const image = hashedTensor(6, 0, 3 * pixels);
  for (let n = 0; n <= pixels; n++) input.data.set(image, n * 3 * pixels);
  for (let n = 0; n < pixels; n++) input.data[n * 3 * pixels + n]! += 1;
  await program.forward();
  for (const { spec, output } of layers.slice(0, 4)) {
    const [, height, width] = output as [number, number, number];
    const values = program.readActivation(spec.name);
    const size = elementCount(output);
    for (const [row, column] of [
      [0, 0],
      [1, width - 1],
      [height - 1, 1],
    ] as const) {
      const at = row * width + column;
      const changed = Array.from(
        { length: pixels },
        (_, n) => values[n * size + at] !== values[pixels * size + at],
      );
      const { top, left, height: rows, width: columns } = receptiveField(layers, spec.name, { row, column });
      const expected = changed.map((_, n) => {
        const [y, x] = [Math.floor(n / side), n % side];
        return y >= top && y < top + rows && x >= left && x < left + columns;
      });
      assert.deepEqual(changed, expected, `${spec.name} at ${row}, ${column}`);
    }
  }
});
