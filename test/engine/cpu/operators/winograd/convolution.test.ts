/** AlexNet's layers that Winograd serves, one by one against float64, with the tiles that a training chooses. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createCpuEngine } from '../../../../../src/engine/cpu/engine.ts';
import type { Engine, Program } from '../../../../../src/engine/engine.ts';
import { createReferenceEngine } from '../../../../../src/engine/reference/engine.ts';
import type { NetworkSpec } from '../../../../../src/network/spec.ts';
import { fillHashed, hashedLabels, hashedTensor } from '../../../hashedTensors.ts';
import { writeImages } from '../../../images.ts';

/** Of float64, relative to the norm: what a layer may lose to roundings. */
const layerTolerance = 2e-4;
const images = 2;

interface LayerCase {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly size: number;
  readonly kernelSize: number;
}

const layers: readonly LayerCase[] = [
  { inChannels: 64, outChannels: 192, size: 27, kernelSize: 5 },
  { inChannels: 192, outChannels: 384, size: 13, kernelSize: 3 },
];

/** The layer between a convolution of one pixel, so that its input has a gradient, and a classifier. */
function networkOf({ inChannels, outChannels, size, kernelSize }: LayerCase): NetworkSpec {
  return {
    name: `${kernelSize}x${kernelSize}, ${inChannels} to ${outChannels}`,
    input: { channels: 3, height: size, width: size },
    layers: [
      { type: 'conv', name: 'before', outChannels: inChannels, kernelSize: 1 },
      { type: 'conv', name: 'layer', outChannels, kernelSize, padding: (kernelSize - 1) / 2 },
      { type: 'flatten', name: 'flatten' },
      { type: 'linear', name: 'after', outFeatures: 4 },
    ],
  };
}

async function run(engine: Engine, network: NetworkSpec): Promise<Program> {
  const program = await engine.compile(network, { batchSize: images, training: true });
  fillHashed(network, { seed: 8 }, (name, values) => program.writeParameter(name, values));
  const { channels, height, width } = network.input;
  writeImages(program.inputs[0]!, hashedTensor(9, 0, images * channels * height * width));
  await program.forward();
  await program.backward(hashedLabels(10, images, 4));
  return program;
}

function distance(actual: Float32Array, expected: Float32Array): number {
  let [squares, norm] = [0, 0];
  expected.forEach((value, index) => {
    squares += (actual[index]! - value) ** 2;
    norm += value ** 2;
  });
  return Math.sqrt(squares / norm);
}

for (const layer of layers) {
  const network = networkOf(layer);
  describe(network.name, () => {
    const programs: Program[] = [];
    before(async () => {
      const engine = await createCpuEngine({ threads: 2, convolutions: 'winograd' });
      programs.push(await run(engine, network), await run(createReferenceEngine(), network));
    });
    after(async () => {
      for (const program of programs) await program.dispose();
    });
    const check = (read: (program: Program) => Float32Array): void => {
      const [tested, truth] = programs.map(read);
      const error = distance(tested!, truth!);
      assert.ok(error > 0 && error <= layerTolerance, `${error}, expected at most ${layerTolerance}`);
    };
    it('forward', () => check((program) => program.readActivation('layer')));
    it('gradient of the weights', () => check((program) => program.readGradient('layer.weight')));
    it('gradient of the input', () => check((program) => program.readGradient('before.weight')));
  });
}
