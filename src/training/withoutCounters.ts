/** The tensors but those in which PyTorch's batch normalisation counts its batches: nothing is computed from them. */
export function withoutCounters<T extends { readonly shape: readonly number[] }>(
  tensors: ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
  const isCounter = (name: string): boolean => name.endsWith('.num_batches_tracked');
  return new Map([...tensors].filter(([name, { shape }]) => !(isCounter(name) && shape.length === 0)));
}
