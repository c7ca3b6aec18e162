import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { classCount, inferShapes, parameterShapes } from '../../src/network/shapes.ts';
import type { LayerSpec, LrnSpec, NetworkSpec } from '../../src/network/spec.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';

function networkOf(...layers: LayerSpec[]): NetworkSpec {
  return { name: 'test', input: { channels: 3, height: 8, width: 10 }, layers };
}

const conv = (changes: object): LayerSpec => ({
  type: 'conv',
  name: 'first',
  outChannels: 4,
  kernelSize: 3,
  ...changes,
});

const lrn: LrnSpec = { type: 'lrn', name: 'lrn', size: 5, alpha: 1, beta: 0.75, k: 2, convention: 'paper' };

describe('inferShapes', () => {
  it("finds the shapes that PyTorch's AlexNet has", () => {
    const golden = JSON.parse(
      readFileSync(new URL('../golden/alexnet-step.json', import.meta.url), 'utf8'),
    ) as Record<'stages' | 'gradients', Record<string, { shape: number[] }>>;
    const network = buildNetwork('alexnet', { classes: 10 });
    const outputs = new Map(inferShapes(network).map(({ spec, output }) => [spec.name, output]));
    for (const [name, { shape }] of Object.entries(golden.stages)) {
      assert.deepEqual(outputs.get(name), shape.slice(1), name);
    }
    assert.deepEqual(
      parameterShapes(network).map(({ name, shape }) => [name, shape]),
      Object.entries(golden.gradients).map(([name, { shape }]) => [name, shape]),
    );
  });

  it('follows a rectangle through strides, padding and pools', () => {
    const shapes = inferShapes(
      networkOf(
        conv({ stride: 2, padding: 1 }),
        { type: 'maxPool', name: 'pool', kernelSize: 2, stride: 2 },
        { type: 'adaptiveAvgPool', name: 'average', outputSize: 3 },
        { type: 'flatten', name: 'flatten' },
        { type: 'linear', name: 'last', outFeatures: 5 },
      ),
    );
    assert.deepEqual(
      shapes.map(({ output }) => output),
      [[4, 4, 5], [4, 2, 2], [4, 3, 3], [36], [5]],
    );
    assert.deepEqual(
      shapes.map(({ multiplyAdds }) => multiplyAdds),
      [4 * 4 * 5 * 27, 0, 0, 0, 36 * 5],
    );
  });

  it('divides channels into groups, and rounds pooled sizes up', () => {
    const [grouped, pooled] = inferShapes(
      networkOf(conv({ outChannels: 6, padding: 1, groups: 3, kernelSize: 3 }), {
        type: 'avgPool',
        name: 'pool',
        kernelSize: 3,
        stride: 2,
        ceilMode: true,
      }),
    );
    assert.deepEqual(
      grouped!.parameters.map(({ shape, fanIn }) => [shape, fanIn]),
      [
        [[6, 1, 3, 3], 9],
        [[6], 9],
      ],
    );
    assert.equal(grouped!.multiplyAdds, 6 * 8 * 10 * 9);
    assert.deepEqual(pooled!.output, [6, 4, 5]);
  });

  it("gives weight and bias the fan-in of the layer's weight", () => {
    const network = networkOf(
      conv({}),
      { type: 'flatten', name: 'flatten' },
      { type: 'linear', name: 'last', outFeatures: 5 },
    );
    assert.deepEqual(
      parameterShapes(network).map(({ name, fanIn }) => [name, fanIn]),
      [
        ['first.weight', 27],
        ['first.bias', 27],
        ['last.weight', 4 * 6 * 8],
        ['last.bias', 4 * 6 * 8],
      ],
    );
  });
});

describe('inferShapes on bad specs', () => {
  const wrong: readonly [problem: RegExp, ...layers: LayerSpec[]][] = [
    [/first: .*9×9 window is larger than its padded input of side 8/, conv({ kernelSize: 9 })],
    [/first: kernelSize is 0/, conv({ kernelSize: 0 })],
    [/first: stride is 1\.5/, conv({ stride: 1.5 })],
    [/first: padding is -1/, conv({ padding: -1 })],
    [/first: outChannels is NaN/, conv({ outChannels: NaN })],
    [/first: groups is 2, expected .* divides its 3 input and 4 output/, conv({ groups: 2 })],
    [/first: initial is .*expected a weightStd/, conv({ initial: { weightStd: -1, bias: 0 } })],
    [
      /pool: padding is 2, expected at most half/,
      { type: 'maxPool', name: 'pool', kernelSize: 3, stride: 1, padding: 2 },
    ],
    [/lrn: beta is 0\.7, expected a multiple of 0\.25/, { ...lrn, beta: 0.7 }],
    [/lrn: size is 4, expected an odd number/, { ...lrn, size: 4, convention: 'caffe' }],
    [/lrn: region is withinChannel, expected acrossChannels/, { ...lrn, region: 'withinChannel' }],
    [/lrn: convention is undefined, expected paper or/, { ...lrn, convention: undefined! }],
    [/pool: stride is 0/, { type: 'maxPool', name: 'pool', kernelSize: 2, stride: 0 }],
    [/pool: .*11×11 window/, { type: 'maxPool', name: 'pool', kernelSize: 11, stride: 2 }],
    [/average: outputSize is 0/, { type: 'adaptiveAvgPool', name: 'average', outputSize: 0 }],
    [/last: .*\[3, 8, 10\].*flatten/, { type: 'linear', name: 'last', outFeatures: 5 }],
    [/first: .*\[240\], expected an image/, { type: 'flatten', name: 'flatten' }, conv({})],
    [/drop: probability is 1,/, { type: 'dropout', name: 'drop', probability: 1 }],
    [/drop: probability is NaN/, { type: 'dropout', name: 'drop', probability: NaN }],
    [/same: another layer has this name/, { type: 'relu', name: 'same' }, { type: 'relu', name: 'same' }],
    [/number 0: it has no name/, { type: 'relu', name: '' }],
    [/odd: there is no layer type "softsign"/, JSON.parse('{"type":"softsign","name":"odd"}') as LayerSpec],
  ];
  for (const [message, ...layers] of wrong) {
    it(`refuses: ${message.source}`, () => {
      assert.throws(() => inferShapes(networkOf(...layers)), { code: 'ALEX_NETWORK_LAYER', message });
    });
  }

  it('refuses an input that is no image', () => {
    const input = { channels: 3, height: 0, width: 8 };
    assert.throws(() => inferShapes({ name: 'none', input, layers: [] }), {
      code: 'ALEX_NETWORK_LAYER',
      message: /input: .*\[3, 0, 8\]/,
    });
  });
});

describe('classCount', () => {
  it('is the last number of features', () => {
    assert.equal(classCount(buildNetwork('alexnet', { classes: 1000 })), 1000);
  });

  it('refuses a network that ends in an image, and one of no layers', () => {
    assert.throws(() => classCount(networkOf(conv({}))), { code: 'ALEX_NETWORK_LAYER' });
    assert.throws(() => classCount(networkOf()), { code: 'ALEX_NETWORK_LAYER' });
  });
});
