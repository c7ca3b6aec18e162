import { createGenerator } from './generator.ts';
import { purposes } from './philox.ts';

/** The numbers 0 to length - 1 in the random order of an epoch: Fisher and Yates's shuffle over Philox. */
export function permutation(length: number, seed: number, epoch: number): Uint32Array {
  const generator = createGenerator(seed, purposes.permutation, epoch);
  const order = Uint32Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last--) {
    const chosen = generator.below(last + 1);
    const moved = order[chosen]!;
    order[chosen] = order[last]!;
    order[last] = moved;
  }
  return order;
}
