import type { Chain } from './chain.ts';
import type { NodeReader } from './nodeReader.ts';
import type { Window } from './window.ts';

/** A node that takes images, and the network up to there. */
export interface LayerNode {
  readonly reader: NodeReader;
  readonly chain: Chain;
  /** Images that the graph was exported for, where it says so. */
  readonly batch: number | undefined;
  readonly pending: Pending;
}

/** What the node after this one has to do with it. */
export interface Pending {
  /** Zeros around the images that the next convolution takes as its own padding. */
  pad?: { readonly size: number; readonly refuse: (problem: string) => Error };
  /** The last layer has no bias yet: an addition that follows is its. */
  bias?: { readonly outputs: number };
  /** The operator that must be the last. */
  last?: string;
}

export function image({
  reader,
  chain,
}: LayerNode): readonly [channels: number, height: number, width: number] {
  const shape = chain.shape();
  if (shape.length !== 3) throw reader.refuse('its input is a vector, expected images');
  return shape as readonly number[] as readonly [number, number, number];
}

/** The padding of all four sides. */
export function evenPadding(reader: NodeReader, { pads: [before, ...others] }: Window): number {
  if (others.some((size) => size !== before)) {
    throw reader.refuse(`its pads are [${[before, ...others].join(', ')}], expected the same on every side`);
  }
  return before;
}
/** Written as float32: the shortest number that is the same there, near enough. */
export function float32Number(value: number): number {
  return Number(value.toPrecision(7));
}
