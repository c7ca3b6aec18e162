import { alexnetError } from '../errors.ts';
import { initialise, type InitializationScheme } from '../network/initialise.ts';
import { inferShapes, type ParameterShape } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import type { Model } from '../training/modelDescription.ts';

/** The kernels of a convolution. */
export interface Filters {
  readonly layer: string;
  /** [outChannels, inChannels, kernelSize, kernelSize] */
  readonly shape: readonly [number, number, number, number];
  readonly values: Float32Array;
}

interface FirstConvolution {
  readonly layer: string;
  readonly weight: ParameterShape;
}

function firstConvolution(network: NetworkSpec): FirstConvolution {
  const first = inferShapes(network).find(({ spec }) => spec.type === 'conv');
  if (first === undefined) {
    const problem = 'this network has no convolution, and so no filters';
    throw alexnetError('ALEX_EXPLAIN_LAYER', { layer: 'of the first filters', problem, known: [] });
  }
  return { layer: first.spec.name, weight: first.parameters[0]! };
}

function filtersOf({ layer, weight }: FirstConvolution, values: Float32Array): Filters {
  return { layer, shape: weight.shape as Filters['shape'], values };
}

/** The weights of a model's first convolution. Throws ALEX_EXPLAIN_LAYER for a network without one. */
export function firstFilters({ network, parameters }: Pick<Model, 'network' | 'parameters'>): Filters {
  const first = firstConvolution(network);
  return filtersOf(first, parameters.get(first.weight.name)!);
}

/**
 * What they were before training: a run's `initialization` and `seed` draw the same numbers again. Not for a run that
 * began with the weights of a file. Throws ALEX_EXPLAIN_LAYER.
 */
export function initialFilters(
  network: NetworkSpec,
  options: { readonly scheme: InitializationScheme; readonly seed: number },
): Filters {
  const first = firstConvolution(network);
  let drawn: Float32Array | undefined;
  initialise(network, { ...options, names: [first.weight.name] }, (_, values) => (drawn = values));
  return filtersOf(first, drawn!);
}
