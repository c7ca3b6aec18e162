import {
  createLoader,
  squareTransforms,
  type Dataset,
  type Engine,
  type ImageBuffer,
  type NetworkSpec,
  type Program,
} from '../../src/index.ts';
import { every2nd, kinds } from './kinds.ts';

/** Width of the network's input, in pixels. */
const side = 32;
export const batchSize = 16;
/** In pixels. */
export const distances = [1, 2, 3, 4];

/** Moves the images in an input buffer to the right; their first column is repeated. */
export function moveRight({ data, offset, strides, shape }: ImageBuffer, pixels: number): void {
  const [images, channels, height, width] = shape;
  for (let image = 0; image < images; image++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < height; row++) {
        const start = offset + image * strides.image + channel * strides.channel + row * strides.row;
        for (let column = width - 1; column > 0; column--) {
          const from = Math.max(0, column - pixels);
          data[start + column * strides.column] = data[start + from * strides.column]!;
        }
      }
    }
  }
}

/** Outputs for images as they are and moved by each distance, image by image. */
export async function whenMoved(
  program: Program,
  dataset: Dataset,
  images: number,
  see: (plain: Float32Array, moved: readonly Float32Array[]) => void,
): Promise<void> {
  const indices = Uint32Array.from({ length: Math.min(images, dataset.length) }, (_, i) => i);
  const inputs = program.inputs.slice(0, 1);
  const common = { shuffle: false, seed: 0, workers: 0 };
  const loader = await createLoader({
    dataset,
    indices,
    transforms: squareTransforms(side),
    inputs,
    batchSize,
    ...common,
  });
  try {
    for await (const { count, release } of loader.batches(0)) {
      const outputs = [await program.forward({ count })];
      for (const _ of distances) {
        moveRight(inputs[0]!, 1);
        outputs.push(await program.forward({ count }));
      }
      release();
      const length = outputs[0]!.length / count;
      for (let i = 0; i < count; i++) {
        const [plain, ...moved] = outputs.map((values) => values.subarray(i * length, (i + 1) * length));
        see(plain!, moved);
      }
    }
  } finally {
    await loader.close();
  }
}

/** ‖moved − plain‖ / ‖plain‖, Euclidean; 0 where there is nothing to change. */
export function relativeChange(plain: Float32Array, moved: Float32Array): number {
  let [changed, whole] = [0, 0];
  plain.forEach((value, i) => {
    changed += (moved[i]! - value) ** 2;
    whole += value ** 2;
  });
  return whole === 0 ? 0 : Math.sqrt(changed / whole);
}

/** Changes by distance, then by image. */
export type Changes = number[][];

/**
 * How the output of each kind of pooling changes when images move, behind the first convolution of a trained network.
 */
export async function studyMoves(
  engine: Engine,
  trained: Program,
  dataset: Dataset,
  images: number,
): Promise<Record<string, Changes>> {
  const changes: Record<string, Changes> = {};
  for (const { id, pooling } of [every2nd, ...kinds]) {
    const network: NetworkSpec = {
      ...trained.network,
      layers: [
        ...trained.network.layers.slice(0, 2),
        { name: 'pool', ...pooling },
        { type: 'flatten', name: 'flatten' },
      ],
    };
    const program = await engine.compile(network, { batchSize, training: false });
    try {
      for (const name of ['features.0.weight', 'features.0.bias']) {
        program.writeParameter(name, trained.readParameter(name));
      }
      const own: Changes = distances.map(() => []);
      await whenMoved(program, dataset, images, (plain, after) =>
        after.forEach((outputs, distance) => own[distance]!.push(relativeChange(plain, outputs))),
      );
      changes[id] = own;
    } finally {
      await program.dispose();
    }
  }
  return changes;
}
