/** What a file of weights without a description is: told from the names and shapes of its tensors. */
import { cifar10 } from '../data/cifar/cifarSets.ts';
import { imagenetClasses } from '../data/imagenetClasses.ts';
import { articleTransforms, imagenetTransforms, type TransformStep } from '../data/transforms.ts';
import { alexnetError } from '../errors.ts';
import { parameterShapes, type ParameterShape } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import type { NetworkOptions } from '../network/zoo/networkOptions.ts';
import { buildNetwork, networkNames } from '../network/zoo/networks.ts';

type Tensors = ReadonlyMap<string, { readonly shape: readonly number[] }>;

interface Candidate {
  readonly network: NetworkSpec;
  /** In words; empty when the tensors are exactly this network's parameters. */
  readonly differences: readonly string[];
}

/**
 * The network of the zoo with these parameters, for as many classes as they have; of several, which differ in layers
 * without parameters, the one that is `expected`. Throws ALEX_MODEL_UNMATCHED, and ALEX_MODEL_AMBIGUOUS where none of
 * several is.
 */
export function inferNetwork(file: string, tensors: Tensors, expected?: string): NetworkSpec {
  const candidates = networkNames.map((name) => compare(name, tensors));
  const matching = candidates.filter(({ differences }) => differences.length === 0);
  if (matching.length > 1) {
    const likely = matching.find(({ network }) => network.name === expected);
    if (likely) return likely.network;
    const networks = matching.map(({ network }) => network.name);
    throw alexnetError('ALEX_MODEL_AMBIGUOUS', { file, networks });
  }
  const closest = candidates.reduce((a, b) => (b.differences.length < a.differences.length ? b : a));
  const difference = closest.differences[0];
  if (difference === undefined) return closest.network;
  throw alexnetError('ALEX_MODEL_UNMATCHED', {
    file,
    known: networkNames,
    closest: closest.network.name,
    difference,
  });
}

/** Finds a network by its name. */
export type FindNetwork = (name: string, options: NetworkOptions) => NetworkSpec | Promise<NetworkSpec>;

/**
 * The network that a bare file's weights are said to belong to, for as many classes as they have. Throws what
 * `findNetwork` throws.
 */
export async function saidNetwork(
  name: string,
  tensors: Tensors,
  findNetwork: FindNetwork,
): Promise<NetworkSpec> {
  const last = parameterShapes(await findNetwork(name, { classes: 1 })).at(-1)!;
  return findNetwork(name, { classes: Math.max(1, tensors.get(last.name)?.shape[0] ?? 1) });
}

/**
 * Class names when nothing but their number is known: those given when they fit, CIFAR-10's for ten, ImageNet's for
 * a thousand, else numbers.
 */
export function classNames(count: number, given?: readonly string[]): readonly string[] {
  if (given?.length === count) return given;
  for (const known of [cifar10.classes, imagenetClasses]) {
    if (count === known.length) return known;
  }
  return Array.from({ length: count }, (_, index) => `class_${index}`);
}

/** Transforms when nothing but the network is known: torchvision's for ImageNet's classes, else the article's. */
export function usualTransforms({ input }: NetworkSpec, classes: number): readonly TransformStep[] {
  return classes === imagenetClasses.length
    ? imagenetTransforms(input.height)
    : articleTransforms(input.height);
}

function compare(name: string, tensors: Tensors): Candidate {
  const classes = tensors.get(lastBias(name))?.shape[0] ?? 0;
  // A class count that cannot be is reported as a difference of shapes.
  const network = buildNetwork(name, { classes: Math.max(1, classes) });
  const parameters = parameterShapes(network);
  const known = new Set(parameters.map((parameter) => parameter.name));
  const unknown = [...tensors.keys()].filter((tensor) => !known.has(tensor));
  return {
    network,
    differences: [
      ...parameters.flatMap((parameter) => difference(parameter, tensors)),
      ...unknown.map((tensor) => `it has no ${tensor}`),
    ],
  };
}

function lastBias(name: string): string {
  return parameterShapes(buildNetwork(name, { classes: 1 })).at(-1)!.name;
}

function difference({ name, shape }: ParameterShape, tensors: Tensors): string[] {
  const found = tensors.get(name);
  if (found === undefined) return [`its ${name} is missing`];
  if (found.shape.join() === shape.join()) return [];
  return [`its ${name} is [${shape.join(', ')}] and here it is [${found.shape.join(', ')}]`];
}
