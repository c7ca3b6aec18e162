/**
 * `npx node bench/rounding.ts`: how far AlexNet's convolutions are from float64, by the direct algorithm and by
 * Winograd's filtering with the tiles of a training: the root mean square of the error over that of the output.
 */
import { chooseTiling } from '../src/engine/cpu/operators/winograd/choice.ts';
import { createCpuEngine } from '../src/engine/cpu/engine.ts';
import type { NetworkSpec } from '../src/network/spec.ts';
import { createGenerator } from '../src/random/generator.ts';
import { purposes } from '../src/random/philox.ts';

const layers = [
  { name: 'features.3 (conv2)', inChannels: 64, outChannels: 192, size: 27, kernelSize: 5 },
  { name: 'features.6 (conv3)', inChannels: 192, outChannels: 384, size: 13, kernelSize: 3 },
  { name: 'features.8 (conv4)', inChannels: 384, outChannels: 256, size: 13, kernelSize: 3 },
  { name: 'features.10 (conv5)', inChannels: 256, outChannels: 256, size: 13, kernelSize: 3 },
] as const;

type Layer = (typeof layers)[number];

/** That of the article, which decides the tiles. */
const batchSize = 32;

const random = createGenerator(0, purposes.images);

/** Normal, by Box and Muller. */
function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

function networkOf({ inChannels, outChannels, size, kernelSize }: Layer): NetworkSpec {
  return {
    name: 'one layer',
    input: { channels: inChannels, height: size, width: size },
    layers: [
      { type: 'relu', name: 'before' },
      { type: 'conv', name: 'layer', outChannels, kernelSize, padding: (kernelSize - 1) / 2 },
      { type: 'flatten', name: 'flatten' },
      { type: 'linear', name: 'after', outFeatures: 2 },
    ],
  };
}

interface Values {
  /** [C, H, W], rectified normal. */
  readonly x: Float32Array;
  /** [O, I, kh, kw], as He et al. initialise. */
  readonly weights: Float32Array;
}

function valuesOf({ inChannels, outChannels, size, kernelSize }: Layer): Values {
  const window = inChannels * kernelSize ** 2;
  return {
    x: Float32Array.from({ length: inChannels * size ** 2 }, () => Math.max(0, normal())),
    weights: Float32Array.from({ length: outChannels * window }, () => normal() * Math.sqrt(2 / window)),
  };
}

async function outputOf(
  layer: Layer,
  values: Values,
  convolutions: 'direct' | 'winograd',
): Promise<Float32Array> {
  const engine = await createCpuEngine({ convolutions });
  const program = await engine.compile(networkOf(layer), { batchSize, training: false });
  program.writeParameter('layer.weight', values.weights);
  const { data, offset, strides } = program.inputs[0]!;
  const area = layer.size ** 2;
  values.x.forEach((value, index) => {
    const [channel, row, column] = [
      Math.floor(index / area),
      Math.floor((index % area) / layer.size),
      index % layer.size,
    ];
    data[offset + channel * strides.channel + row * strides.row + column * strides.column] = value;
  });
  await program.forward({ count: 1 });
  const output = program.readActivation('layer');
  await program.dispose();
  return output;
}

/** One value of the output, in float64. */
function exactly({ inChannels, size, kernelSize }: Layer, { x, weights }: Values, index: number): number {
  const [out, row, column] = [
    Math.floor(index / size ** 2),
    Math.floor((index % size ** 2) / size),
    index % size,
  ];
  const padding = (kernelSize - 1) / 2;
  let sum = 0;
  for (let channel = 0; channel < inChannels; channel++) {
    for (let tap = 0; tap < kernelSize ** 2; tap++) {
      const [y, z] = [row + Math.floor(tap / kernelSize) - padding, column + (tap % kernelSize) - padding];
      if (y < 0 || z < 0 || y >= size || z >= size) continue;
      sum +=
        x[(channel * size + y) * size + z]! * weights[(out * inChannels + channel) * kernelSize ** 2 + tap]!;
    }
  }
  return sum;
}

const samples = 1000;

for (const layer of layers) {
  const values = valuesOf(layer);
  const at = Array.from({ length: samples }, () => random.below(layer.outChannels * layer.size ** 2));
  const exact = at.map((index) => exactly(layer, values, index));
  const norm = Math.hypot(...exact);
  const output = { channels: layer.outChannels, height: layer.size, width: layer.size };
  const tiling = chooseTiling({ ...layer, stride: 1, output, batchSize }, 'winograd')!;
  const errors: string[] = [];
  for (const convolutions of ['direct', 'winograd'] as const) {
    const values32 = await outputOf(layer, values, convolutions);
    const distance = Math.hypot(...at.map((index, k) => values32[index]! - exact[k]!));
    errors.push(`${convolutions} ${(distance / norm).toExponential(1)}`);
  }
  console.log(`${layer.name}, F(${tiling.m}, ${tiling.r}): ${errors.join(', ')} (${samples} values)`);
}
