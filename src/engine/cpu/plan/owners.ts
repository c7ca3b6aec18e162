/** Which layer an operation belongs to, and what it does for it: so that its time can be told of that layer. */
import type { Builder } from './builder.ts';
import type { Operation } from './operations.ts';

/**
 * What is done for a layer. Where a layer's backward pass is one operation, it is `inputGradient`. `update` includes the
 * weights' gradient where the two are one operation, `inputGradient` the packing of weights that it alone needs, and
 * `prepare` is what forward needs anew when weights have changed.
 */
export const passes = ['prepare', 'forward', 'weightGradient', 'inputGradient', 'update'] as const;

export type Pass = (typeof passes)[number];

export interface Owner {
  /** The layer's name; `input` and `loss` for what is before the first layer and after the last. */
  readonly layer: string;
  readonly pass: Pass;
}

export type Owners = ReadonlyMap<Operation, Owner>;

/** The operations of a layer that are in none of the builder's lists. */
export interface OwnOperations {
  readonly forward?: readonly Operation[];
  readonly weightGradient?: readonly Operation[];
  readonly inputGradient?: readonly Operation[];
}

export interface OwnerRecord {
  readonly owners: Owners;
  /** To be called once a layer is lowered: what the builder's lists have got since the last call is its own too. */
  record(layer: string, own: OwnOperations): void;
}

export function recordOwners(
  builder: Pick<Builder, 'prepare' | 'repack' | 'update' | 'accumulate' | 'average'>,
): OwnerRecord {
  const owners = new Map<Operation, Owner>();
  return {
    owners,
    record(layer, { forward = [], weightGradient = [], inputGradient = [] }) {
      const { prepare, repack, update, accumulate, average } = builder;
      const lists = {
        prepare,
        forward,
        weightGradient: [...weightGradient, ...accumulate],
        inputGradient: [...inputGradient, ...repack],
        update: [...update, ...average],
      };
      for (const pass of passes) {
        for (const operation of lists[pass]) {
          if (!owners.has(operation)) owners.set(operation, { layer, pass });
        }
      }
    },
  };
}
