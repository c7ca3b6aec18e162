import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { initialise } from '../../src/network/initialise.ts';
import type { InitializationScheme } from '../../src/network/initialise.ts';
import { parameterShapes } from '../../src/network/shapes.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';

const network = buildNetwork('alexnet-32', { classes: 10 });

function drawn(scheme: InitializationScheme, seed: number, of = network): Map<string, Float32Array> {
  const values = new Map<string, Float32Array>();
  initialise(of, { scheme, seed }, (name, parameter) => values.set(name, parameter));
  return values;
}

/** Mean and variance are those of a uniform distribution within four standard errors, and the bounds are kept. */
function assertUniform(name: string, values: Float32Array, bound: number): void {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
  const deviations = 4 / Math.sqrt(values.length);
  assert.ok(Math.abs(mean) < (bound / Math.sqrt(3)) * deviations, `mean of ${name} is ${mean}`);
  // A uniform variable's square has the variance 4/45 bound^4.
  const expected = bound ** 2 / 3;
  assert.ok(
    Math.abs(square - expected) < Math.sqrt(4 / 45) * bound ** 2 * deviations,
    `variance of ${name} is ${square}, expected ${expected}`,
  );
  assert.ok(values.every((value) => Math.abs(value) <= Math.fround(bound)));
}

/** Mean, variance and kurtosis are those of a normal distribution within four standard errors. */
function assertNormal(name: string, values: Float32Array, deviation: number): void {
  const moment = (power: number): number =>
    values.reduce((sum, value) => sum + (value / deviation) ** power, 0) / values.length;
  const error = 4 / Math.sqrt(values.length);
  // Var(x) = 1, Var(x²) = 2, Var(x⁴) = 96.
  assert.ok(Math.abs(moment(1)) < error, `mean of ${name} is ${moment(1)}`);
  assert.ok(Math.abs(moment(2) - 1) < Math.sqrt(2) * error, `variance of ${name} is ${moment(2)}`);
  assert.ok(Math.abs(moment(4) - 3) < Math.sqrt(96) * error, `kurtosis of ${name} is ${moment(4)}`);
}

describe('initialise', () => {
  it("draws PyTorch's default: uniform within 1/sqrt(fanIn)", () => {
    const values = drawn('torchvision', 1);
    for (const { name, fanIn } of parameterShapes(network)) {
      assertUniform(name, values.get(name)!, 1 / Math.sqrt(fanIn));
    }
  });

  it("draws He's: weights uniform within sqrt(6/fanIn), biases 0", () => {
    const values = drawn('he', 1);
    for (const { name, fanIn } of parameterShapes(network)) {
      if (name.endsWith('.weight')) assertUniform(name, values.get(name)!, Math.sqrt(6 / fanIn));
      else assert.ok(values.get(name)!.every((value) => value === 0));
    }
  });

  it("draws Xavier's: weights uniform within sqrt(6/(fanIn + fanOut)), biases 0", () => {
    const values = drawn('xavier', 1);
    // torch.nn.init._calculate_fan_in_and_fan_out of weights of these shapes.
    const fans = { 'features.0': 75 + 400, 'features.6': 432 + 864, 'classifier.1': 576 + 512 };
    for (const [name, sum] of Object.entries(fans)) {
      assertUniform(name, values.get(`${name}.weight`)!, Math.sqrt(6 / sum));
      assert.ok(values.get(`${name}.bias`)!.every((value) => value === 0));
    }
    const others: NetworkSpec = {
      name: 'others',
      input: { channels: 96, height: 7, width: 7 },
      layers: [
        { type: 'conv', name: 'grouped', outChannels: 256, kernelSize: 5, groups: 2 },
        { type: 'locallyConnected', name: 'local', outChannels: 16, kernelSize: 3 },
        { type: 'flatten', name: 'flatten' },
        { type: 'linear', name: 'last', outFeatures: 10 },
      ],
    };
    const drawnOthers = drawn('xavier', 1, others);
    // The same function's for Conv2d(96, 256, 5, groups=2); and for Conv2d(256, 16, 3), whose weights a local layer has anew
    // at each pixel.
    assertUniform('grouped', drawnOthers.get('grouped.weight')!, Math.sqrt(6 / (1200 + 6400)));
    assertUniform('local', drawnOthers.get('local.weight')!, Math.sqrt(6 / (9 * 256 + 9 * 16)));
  });

  it("draws the paper's: weights normal with each layer's deviation, biases 1 where it has them", () => {
    const paper = buildNetwork('alexnet-2012', { classes: 10, inputSize: 67 });
    const values = drawn('paper', 1, paper);
    for (const { name } of parameterShapes(paper).filter(({ kind }) => kind === 'weight')) {
      assertNormal(name, values.get(name)!, 0.01);
    }
    const biases = parameterShapes(paper).filter(({ kind }) => kind === 'bias');
    assert.deepEqual(
      biases.map(({ name }) => [...new Set(values.get(name))].join()),
      ['0', '1', '0', '1', '1', '1', '1', '0'],
    );
    assertNormal(
      'conv1',
      drawn('paper', 2, buildNetwork('80sec', { classes: 10 })).get('conv1.weight')!,
      0.0001,
    );
  });

  it('hands over every parameter once, in state_dict order', () => {
    assert.deepEqual(
      [...drawn('he', 1)].map(([name, { length }]) => [name, length]),
      parameterShapes(network).map(({ name, shape }) => [name, shape.reduce((a, b) => a * b, 1)]),
    );
  });

  it('gives the same bits for the same seed, others for another', () => {
    assert.deepEqual(drawn('torchvision', 2 ** 40 + 5), drawn('torchvision', 2 ** 40 + 5));
    const [one, other] = [drawn('torchvision', 5), drawn('torchvision', 2 ** 40 + 5)];
    for (const [name, values] of one) assert.notDeepEqual(values, other.get(name), name);
  });

  it('keeps the numbers of a parameter when the class count changes', () => {
    const more = drawn('torchvision', 1, buildNetwork('alexnet-32', { classes: 11 }));
    const less = drawn('torchvision', 1);
    assert.deepEqual(more.get('features.3.weight'), less.get('features.3.weight'));
    const last = 'classifier.6.weight';
    assert.deepEqual(more.get(last)!.subarray(0, less.get(last)!.length), less.get(last));
  });

  it('gives each parameter numbers of its own', () => {
    const values = drawn('torchvision', 1);
    // Both have the fan-in 512, so the same stream would give the same start.
    const [hidden, last] = [values.get('classifier.4.weight')!, values.get('classifier.6.weight')!];
    assert.notDeepEqual(hidden.subarray(0, 16), last.subarray(0, 16));
  });
});
