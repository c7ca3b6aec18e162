import type { NetworkSpec } from '../../../../src/network/spec.ts';

/** Layers as lines: name, type, and the options that are not left out. */
export function layersIn({ layers }: NetworkSpec): string[] {
  return layers.map(({ type, name, ...options }) =>
    [name, type, ...Object.entries(options).flat()].join(' '),
  );
}
