import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  averagePool,
  averagePoolBackward,
  type PoolWindows,
} from '../../src/engine/reference/averagePool.ts';
import {
  convolution,
  convolutionBackward,
  type ConvolutionGeometry,
} from '../../src/engine/reference/convolution.ts';
import { crossEntropy, crossEntropyBackward } from '../../src/engine/reference/crossEntropy.ts';
import { createReferenceEngine } from '../../src/engine/reference/engine.ts';
import { linear, linearBackward } from '../../src/engine/reference/linear.ts';
import {
  localResponseNorm,
  localResponseNormBackward,
} from '../../src/engine/reference/localResponseNorm.ts';
import { maxPool, maxPoolBackward, type MaxPooled } from '../../src/engine/reference/maxPool.ts';
import { relu, reluBackward } from '../../src/engine/reference/relu.ts';
import { updateParameter } from '../../src/engine/reference/optimizers.ts';
import {
  sigmoid,
  sigmoidBackward,
  tanh,
  tanhBackward,
} from '../../src/engine/reference/smoothActivations.ts';
import { zeros } from '../../src/engine/reference/tensor.ts';
import type { Tensor } from '../../src/engine/reference/tensor.ts';
import { initialise } from '../../src/network/initialise.ts';
import { parameterShapes } from '../../src/network/shapes.ts';
import type { LrnSpec, MaxPoolSpec, NetworkSpec } from '../../src/network/spec.ts';
import { adaptiveWindows, poolingWindows, type Window } from '../../src/network/windows.ts';
import { contractSuite } from './contractSuite.ts';
import { hashedTensor } from './hashedTensors.ts';
import { writeImages } from './images.ts';
import { assertAtMost, assertSampled } from './sampledTensors.ts';
import type { SampledTensor } from './sampledTensors.ts';

interface OperatorCase {
  readonly output: SampledTensor;
  readonly gradients: readonly SampledTensor[];
  readonly inputs: readonly (readonly number[])[];
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/operators.json', import.meta.url), 'utf8'),
) as Record<string, OperatorCase>;

function hashed(seed: number, number: number, shape: readonly number[]): Tensor {
  const { data } = zeros(shape);
  data.set(hashedTensor(seed, number, data.length, 1));
  return { shape, data };
}

/** An operator, and the gradients of its inputs given its output's. */
interface Operator {
  /** Number of its first input in the golden file. */
  readonly first: number;
  readonly forward: (...inputs: Tensor[]) => Tensor;
  readonly backward: (inputs: Tensor[], upstream: Tensor) => Tensor[];
}

function windowsOf({ shape }: Tensor, windows: (size: number) => Window[]): PoolWindows {
  return { rows: windows(shape[2]!), columns: windows(shape[3]!) };
}

function maxPooling(first: number, spec: Omit<MaxPoolSpec, 'type' | 'name'>): Operator {
  const pool = (x: Tensor): MaxPooled =>
    maxPool(
      x,
      windowsOf(x, (size) => poolingWindows(size, { type: 'maxPool', name: 'pool', ...spec })),
    );
  return {
    first,
    forward: (x) => pool(x!).output,
    backward: ([x], upstream) => [maxPoolBackward(x!.shape, pool(x!).chosen, upstream)],
  };
}

function averaging(first: number, windows: (size: number) => Window[]): Operator {
  return {
    first,
    forward: (x) => averagePool(x!, windowsOf(x!, windows)),
    backward: ([x], upstream) => [averagePoolBackward(x!.shape, windowsOf(x!, windows), upstream)],
  };
}

/** torch.nn.functional.local_response_norm(x, 5, alpha, 0.75, k). */
function normalising(first: number, alpha: number, k: number): Operator {
  const spec: LrnSpec = { type: 'lrn', name: 'lrn', size: 5, alpha, beta: 0.75, k, convention: 'pytorch' };
  return {
    first,
    forward: (x) => localResponseNorm(x!, spec),
    backward: ([x], upstream) => [localResponseNormBackward(x!, spec, upstream)],
  };
}

function activating(
  first: number,
  activate: (x: Tensor) => Tensor,
  back: (y: Tensor, gradient: Tensor) => Tensor,
): Operator {
  return {
    first,
    forward: (x) => activate(x!),
    backward: ([x], upstream) => [back(activate(x!), upstream)],
  };
}

function convolving(first: number, geometry: ConvolutionGeometry): Operator {
  return {
    first,
    forward: (x, w, b) => convolution(x!, w!, b!, geometry),
    backward: ([x, w], upstream) => Object.values(convolutionBackward(x!, w!, geometry, upstream)),
  };
}

const labels = [0, 4, 9, 2];
/** The golden file's cross entropy takes its input times 20. */
const times20 = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map((v) => Math.fround(v * 20)) });

const operators: Record<string, Operator> = {
  max_pool_3x3_s2: maxPooling(0, { kernelSize: 3, stride: 2 }),
  max_pool_3x3_s2_ceil: maxPooling(1, { kernelSize: 3, stride: 2, ceilMode: true }),
  avg_pool_3x3_s2_ceil: averaging(2, (size) =>
    poolingWindows(size, { type: 'avgPool', name: 'pool', kernelSize: 3, stride: 2, ceilMode: true }),
  ),
  max_pool_2x2_s2: maxPooling(3, { kernelSize: 2, stride: 2 }),
  adaptive_avg_pool_6: averaging(4, (size) => adaptiveWindows(size, 6)),
  'local_response_norm_n5_alpha1e-4_beta0.75_k2': normalising(5, 1e-4, 2),
  'local_response_norm_n5_alpha1_beta0.75_k1': normalising(6, 1, 1),
  conv_groups2_5x5_p2: convolving(7, { stride: 1, padding: 2, groups: 2 }),
  conv_11x11_s4_p2: convolving(10, { stride: 4, padding: 2 }),
  conv_3x3_p1_odd: convolving(13, { stride: 1, padding: 1 }),
  linear: {
    first: 16,
    forward: (x, w, b) => linear(x!, w!, b!),
    backward: ([x, w], upstream) => Object.values(linearBackward(x!, w!, upstream)),
  },
  tanh: activating(21, tanh, tanhBackward),
  sigmoid: activating(22, sigmoid, sigmoidBackward),
  cross_entropy: {
    first: 19,
    forward: (x) => ({ shape: [4], data: crossEntropy(times20(x!), labels) }),
    backward: ([x], upstream) => {
      const { shape, data } = crossEntropyBackward(times20(x!), labels, upstream.data);
      return [{ shape, data: data.map((value) => value * 20) }];
    },
  },
};

describe('reference operators against PyTorch', () => {
  for (const [name, { first, forward, backward }] of Object.entries(operators)) {
    it(name, () => {
      const expected = golden[name]!;
      const inputs = expected.inputs.map((shape, index) => hashed(99, first + index, shape));
      const output = forward(...inputs);
      assert.deepEqual(output.shape, expected.output.shape);
      assertSampled('output', output.data, expected.output, 1e-5);
      const gradients = backward(inputs, hashed(99, 1000, output.shape));
      assert.equal(gradients.length, expected.gradients.length);
      for (const [index, gradient] of expected.gradients.entries()) {
        assert.deepEqual(gradients[index]!.shape, gradient.shape);
        assertSampled(`gradient ${index}`, gradients[index]!.data, gradient, 1e-5);
      }
    });
  }

  it('takes the SGD step that torch.optim.SGD took', () => {
    const { after } = JSON.parse(
      readFileSync(new URL('../golden/checkpoints.json', import.meta.url), 'utf8'),
    ) as { after: Record<string, SampledTensor> };
    const weights = Object.values(after).map(({ shape }, number) => {
      const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
      const { data } = zeros(shape);
      data.set(hashedTensor(31, number, data.length, shape.length === 1 ? 0.05 : Math.sqrt(6 / fanIn)));
      return { shape, data };
    });
    const gradients = gradientsOfSummedOutput(weights);
    const sgd = { learningRate: 0.01, momentum: 0.9, weightDecay: 0 };
    for (const [index, weight] of weights.entries()) {
      updateParameter({ weight, momentum: zeros(weight.shape) }, gradients[index]!, sgd);
      assertSampled(Object.keys(after)[index]!, weight.data, Object.values(after)[index]!, 1e-6);
    }
  });
});

/** Of convolution 3×3, ReLU and linear, for an input of ones: the network in the golden checkpoints. */
function gradientsOfSummedOutput([convWeight, convBias, weight, bias]: Tensor[]): Tensor[] {
  const ones = (shape: readonly number[]): Tensor => ({ shape, data: zeros(shape).data.fill(1) });
  const geometry = { stride: 1, padding: 0 };
  const image = ones([1, 3, 4, 4]);
  const rectified = relu(convolution(image, convWeight!, convBias!, geometry));
  const features = { shape: [1, 16], data: rectified.data };
  const upstream = ones(linear(features, weight!, bias!).shape);
  const last = linearBackward(features, weight!, upstream);
  const hidden = reluBackward(rectified, { shape: rectified.shape, data: last.input.data });
  const first = convolutionBackward(image, convWeight!, geometry, hidden);
  return [first.weight, first.bias, last.weight, last.bias];
}

describe('max pooling as PyTorch breaks ties', () => {
  const window = (values: number[]): Tensor => ({ shape: [1, 1, 2, 2], data: Float64Array.from(values) });
  const whole = [{ begin: 0, end: 2, divisor: 2 }];
  const geometry = { rows: whole, columns: whole };

  it('takes the first of equal values', () => {
    assert.deepEqual([...maxPool(window([1, 3, 3, 3]), geometry).chosen], [1]);
  });

  it('lets NaN win over everything', () => {
    assert.deepEqual([...maxPool(window([1, NaN, 3, 2]), geometry).output.data], [NaN]);
  });
});

describe('torch.optim.SGD with weight decay', () => {
  it('keeps the learning rate outside the velocity', () => {
    const [weight, velocity] = [zeros([1]), zeros([1])];
    weight.data[0] = 2;
    const sgd = { learningRate: 0.5, momentum: 0.75, weightDecay: 0.25 };
    const gradient = { shape: [1], data: Float64Array.of(1) };
    // g = 1 + 0.25 * 2 = 1.5; v = 1.5; w = 2 - 0.5 * 1.5
    updateParameter({ weight, momentum: velocity }, gradient, sgd);
    assert.deepEqual([weight.data[0], velocity.data[0]], [1.25, 1.5]);
    // g = 1 + 0.25 * 1.25 = 1.3125; v = 0.75 * 1.5 + 1.3125 = 2.4375; w = 1.25 - 0.5 * 2.4375
    updateParameter({ weight, momentum: velocity }, gradient, sgd);
    assert.deepEqual([weight.data[0], velocity.data[0]], [0.03125, 2.4375]);
  });
});

/** Gradients of every parameter, by central differences in float64. */
function checkGradients(network: NetworkSpec): void {
  const { channels, height, width } = network.input;
  const classes = [1, 3, 0];
  const training = { seed: 5, step: 2 };
  for (const { name } of parameterShapes(network)) {
    it(`${network.name}: ${name}`, async () => {
      const program = await createReferenceEngine().compile(network, { batchSize: 3, training: true });
      initialise(network, { scheme: 'he', seed: 3 }, (parameter, values) => {
        // Biases away from zero, so that no ReLU stands at its corner.
        program.writeParameter(parameter, parameter.endsWith('bias') ? values.fill(0.1) : values);
      });
      writeImages(program.inputs[0]!, hashedTensor(1, 1, 3 * channels * height * width));
      const lossWith = async (values: Float64Array): Promise<number> => {
        program.writeParameter(name, values);
        await program.forward({ training });
        return (await program.backward(classes)).loss;
      };
      const weights = Float64Array.from(program.readParameter(name));
      await lossWith(weights);
      const gradient = program.readGradient(name);
      const scale = Math.max(...gradient.map(Math.abs));
      assert.ok(scale > 0);
      const step = 1e-5;
      for (const at of weights.keys()) {
        const above = await lossWith(weights.with(at, weights[at]! + step));
        const below = await lossWith(weights.with(at, weights[at]! - step));
        const error = Math.abs((above - below) / (2 * step) - gradient[at]!);
        assertAtMost(error, 1e-6 * scale, `error of the gradient of ${name}[${at}]`);
      }
    });
  }
}

describe('reference gradients against finite differences', () => {
  checkGradients({
    name: 'layers of the 2012 paper and of cuda-convnet',
    input: { channels: 2, height: 7, width: 8 },
    layers: [
      { type: 'conv', name: 'conv1', outChannels: 4, kernelSize: 3, padding: 1 },
      { type: 'tanh', name: 'tanh' },
      { type: 'lrn', name: 'lrn1', size: 4, alpha: 0.7, beta: 0.75, k: 2, convention: 'pytorch' },
      { type: 'avgPool', name: 'pool1', kernelSize: 3, stride: 2, padding: 1, ceilMode: true },
      { type: 'conv', name: 'conv2', outChannels: 6, kernelSize: 2, groups: 2 },
      { type: 'sigmoid', name: 'sigmoid' },
      {
        type: 'lrn',
        name: 'lrn2',
        size: 3,
        alpha: 0.9,
        beta: 1,
        k: 1,
        convention: 'caffe',
        region: 'withinChannel',
      },
      { type: 'maxPool', name: 'pool2', kernelSize: 2, stride: 2, padding: 1 },
      { type: 'flatten', name: 'flatten' },
      { type: 'linear', name: 'last', outFeatures: 4 },
    ],
  });
  checkGradients({
    name: 'AlexNet',
    input: { channels: 2, height: 9, width: 11 },
    layers: [
      { type: 'conv', name: 'conv1', outChannels: 3, kernelSize: 3, padding: 1 },
      { type: 'relu', name: 'relu1' },
      { type: 'maxPool', name: 'pool1', kernelSize: 3, stride: 2 },
      { type: 'conv', name: 'conv2', outChannels: 4, kernelSize: 3, stride: 2, padding: 2 },
      { type: 'relu', name: 'relu2' },
      { type: 'adaptiveAvgPool', name: 'average', outputSize: 2 },
      { type: 'flatten', name: 'flatten' },
      { type: 'dropout', name: 'dropout1', probability: 0.3 },
      { type: 'linear', name: 'linear1', outFeatures: 6 },
      { type: 'relu', name: 'relu3' },
      { type: 'dropout', name: 'dropout2', probability: 0.5 },
      { type: 'linear', name: 'linear2', outFeatures: 4 },
    ],
  });
});

contractSuite('reference', async () => createReferenceEngine());
