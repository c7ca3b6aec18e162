/** What a model is besides its weights, and how model files say it. */
import { checkDeterministic, type TransformStep } from '../data/transforms.ts';
import { alexnetError } from '../errors.ts';
import { parseNetwork } from '../network/parseNetwork.ts';
import { classCount } from '../network/shapes.ts';
import type { NetworkSpec } from '../network/spec.ts';
import { firstNotFinite } from './firstNotFinite.ts';

/** All that is needed to use a network, but its weights. */
export interface ModelDescription {
  readonly network: NetworkSpec;
  /** Names by class index. */
  readonly classes: readonly string[];
  /** From an image to the network's input; none of them random. */
  readonly transforms: readonly TransformStep[];
  /** How it came about, such as the data set and the recipe. Free form, JSON. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Model extends ModelDescription {
  /** By name, in the order of the network's layers, in PyTorch's layouts. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
}

/** A description to write. */
export type GivenDescription = Omit<ModelDescription, 'details'> & Partial<ModelDescription>;

const version = 1;

/** The description as files hold it: JSON. */
export function descriptionText({ network, classes, transforms, details = {} }: GivenDescription): string {
  return JSON.stringify({ version, network, classes, transforms, details });
}

/** Reads a description; `file` is for messages. Throws ALEX_MODEL_METADATA, ALEX_DATA_TRANSFORMS. */
export function parseDescription(file: string, text: string): ModelDescription {
  const wrong = (problem: string, cause?: unknown): Error =>
    alexnetError('ALEX_MODEL_METADATA', { file, problem }, cause);
  let about: unknown;
  try {
    about = JSON.parse(text);
  } catch (error) {
    throw wrong('it is no JSON', error);
  }
  const { version: found, classes, transforms, details, ...rest } = (about ?? {}) as Record<string, unknown>;
  if (found !== version) throw wrong(`its version is ${JSON.stringify(found)}, expected ${version}`);
  const network = parseNetwork(rest['network'], wrong);
  const count = classCount(network);
  if (!Array.isArray(classes) || !classes.every((name) => typeof name === 'string')) {
    throw wrong('its classes are no list of names');
  }
  if (classes.length !== count)
    throw wrong(`it names ${classes.length} classes, and its network has ${count}`);
  const isObject = typeof details === 'object' && details !== null;
  return {
    network,
    classes,
    transforms: checkDeterministic(transforms),
    details: isObject ? (details as Record<string, unknown>) : {},
  };
}

/** The values themselves. Throws ALEX_MODEL_NOT_FINITE. */
export function checkFinite(file: string, tensor: string, values: Float32Array): Float32Array {
  const value = firstNotFinite(values);
  if (value !== undefined) throw alexnetError('ALEX_MODEL_NOT_FINITE', { file, tensor, value });
  return values;
}
