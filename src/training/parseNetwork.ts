import { alexnetError } from '../errors.ts';
import { inferShapes } from '../network/shapes.ts';
import type { LayerSpec, NetworkSpec } from '../network/spec.ts';

/** A network from a file, checked. Throws ALEX_MODEL_METADATA, ALEX_NETWORK_LAYER. */
export function parseNetwork(file: string, value: unknown): NetworkSpec {
  if (!isObject(value) || typeof value['name'] !== 'string') throw wrong(file, 'its network has no name');
  const { name, input, layers } = value;
  if (!isObject(input)) throw wrong(file, 'its network has no input');
  if (!Array.isArray(layers) || !layers.every(isLayer)) {
    throw wrong(file, 'the layers of its network are no list of layers');
  }
  const { channels, height, width } = input as unknown as NetworkSpec['input'];
  const network: NetworkSpec = { name, input: { channels, height, width }, layers };
  inferShapes(network);
  return network;
}

/** Options of layers are single values but for `initial`; shape inference checks which, and the type. */
function isLayer(value: unknown): value is LayerSpec {
  if (!isObject(value)) return false;
  const { type, name, ...options } = value;
  const named = typeof type === 'string' && typeof name === 'string';
  return named && Object.entries(options).every(([key, option]) => isOption(key, option));
}

function isOption(name: string, option: unknown): boolean {
  if (name === 'initial')
    return isObject(option) && Object.values(option).every((value) => typeof value === 'number');
  return ['number', 'boolean', 'string'].includes(typeof option);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(file: string, problem: string): Error {
  return alexnetError('ALEX_MODEL_METADATA', { file, problem });
}
