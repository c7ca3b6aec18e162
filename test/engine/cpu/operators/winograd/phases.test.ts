/** Strided convolutions over the network's input, split into phases, against the reference. */
import { it } from 'node:test';
import { createCpuEngine } from '../../../../../src/engine/cpu/engine.ts';
import type { Engine, Program } from '../../../../../src/engine/engine.ts';
import { createReferenceEngine } from '../../../../../src/engine/reference/engine.ts';
import type { NetworkSpec } from '../../../../../src/network/spec.ts';
import { fillHashed, hashedLabels, hashedTensor } from '../../../hashedTensors.ts';
import { writeImages } from '../../../images.ts';
import { assertClose } from '../../../sampledTensors.ts';

const [images, batchSize] = [3, 4];

/** AlexNet's first layer on a smaller image; and kernels that strides divide or not, sides that tiles divide or not. */
const cases = [
  { channels: 3, height: 63, width: 47, outChannels: 20, kernelSize: 11, stride: 4, padding: 2 },
  { channels: 2, height: 21, width: 24, outChannels: 16, kernelSize: 6, stride: 2, padding: 0 },
  { channels: 1, height: 31, width: 30, outChannels: 5, kernelSize: 7, stride: 3, padding: 4 },
] as const;

function networkOf({ channels, height, width, ...conv }: (typeof cases)[number]): NetworkSpec {
  return {
    name: 'strided',
    input: { channels, height, width },
    layers: [
      { type: 'conv', name: 'layer', ...conv },
      { type: 'relu', name: 'relu' },
      { type: 'flatten', name: 'flatten' },
      { type: 'linear', name: 'after', outFeatures: 4 },
    ],
  };
}

async function run(engine: Engine, network: NetworkSpec): Promise<Program> {
  const program = await engine.compile(network, { batchSize, training: true, inputSlots: 2 });
  fillHashed(network, { seed: 8 }, (name, values) => program.writeParameter(name, values));
  const { channels, height, width } = network.input;
  writeImages(program.inputs[1]!, hashedTensor(9, 0, images * channels * height * width));
  await program.forward({ slot: 1, count: images });
  await program.backward(hashedLabels(10, images, 4));
  return program;
}

for (const geometry of cases) {
  const { kernelSize, stride } = geometry;
  it(`${kernelSize} × ${kernelSize}, stride ${stride}, ${geometry.channels} channels`, async () => {
    const network = networkOf(geometry);
    const tested = await run(await createCpuEngine({ threads: 3, convolutions: 'winograd' }), network);
    const truth = await run(createReferenceEngine(), network);
    assertClose('output', tested.readActivation('relu'), truth.readActivation('relu'), 1e-5);
    // Again without the fused ReLU, which computes it anew.
    assertClose('plain output', tested.readActivation('layer'), truth.readActivation('layer'), 1e-5);
    for (const name of ['layer.weight', 'layer.bias']) {
      assertClose(`gradient of ${name}`, tested.readGradient(name), truth.readGradient(name), 1e-4);
    }
    for (const program of [tested, truth]) await program.dispose();
  });
}
