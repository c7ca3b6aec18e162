/** What the peers that run in Node compute: the same weights and the same kind of images as `alexnet bench`. */
import { initialise } from '../../src/network/initialise.ts';
import { elementCount } from '../../src/network/shapes.ts';
import type { NetworkSpec } from '../../src/network/spec.ts';
import { buildNetwork } from '../../src/network/zoo/networks.ts';
import { purposes } from '../../src/random/philox.ts';
import { fillUniform } from '../../src/random/uniform.ts';

const classes = 10;

export function benchNetwork(name: string): NetworkSpec {
  return buildNetwork(name, { classes });
}

/** Gives each parameter's values in PyTorch's layout. */
export type Parameters = (name: string) => Float32Array;

/** He weights of seed 0. */
export function randomParameters(network: NetworkSpec): Parameters {
  const parameters = new Map<string, Float32Array>();
  initialise(network, { scheme: 'he', seed: 0 }, (name, values) => parameters.set(name, values));
  return (name) => parameters.get(name)!;
}

/** Pixels from -1 to 1: [count, C, H, W]. */
export function randomImages({ input }: NetworkSpec, count: number): Float32Array {
  const images = new Float32Array(elementCount([count, input.channels, input.height, input.width]));
  fillUniform(images, 1, { seed: 0, purpose: purposes.images, stream: 0 });
  return images;
}
