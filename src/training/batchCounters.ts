/** PyTorch's batch normalisation counts its batches in `num_batches_tracked`. Nothing here is computed from that. */
import type { TensorSource } from '../formats/tensors.ts';

const counter = '.num_batches_tracked';
/** What stands before it. */
const variance = '.running_var';

/** The tensors but the counters. */
export function withoutCounters<T extends { readonly shape: readonly number[] }>(
  tensors: ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
  return new Map([...tensors].filter(([name, { shape }]) => !(name.endsWith(counter) && shape.length === 0)));
}

/** The tensors with the counters that a state_dict of PyTorch has, at zero. */
export function withCounters(sources: readonly TensorSource[]): TensorSource[] {
  return sources.flatMap((source) => {
    if (!source.name.endsWith(variance)) return [source];
    const name = source.name.slice(0, -variance.length) + counter;
    return [source, { name, shape: [], dtype: 'I64', read: () => BigInt64Array.of(0n) }];
  });
}
