import { checkLayerOptions } from './layerOptions.ts';
import { inferShapes } from './shapes.ts';
import type { NetworkSpec } from './spec.ts';

/**
 * A network from outside, checked. `invalid` makes the error for a value that is no network at all.
 * Throws that, and ALEX_NETWORK_LAYER for a layer that cannot be.
 */
export function parseNetwork(value: unknown, invalid: (problem: string) => Error): NetworkSpec {
  if (!isObject(value) || typeof value['name'] !== 'string') throw invalid('its network has no name');
  const { name, input, layers } = value;
  if (!isObject(input)) throw invalid('its network has no input');
  if (!Array.isArray(layers) || !layers.every(isObject)) {
    throw invalid('the layers of its network are no list of layers');
  }
  const { channels, height, width } = input as unknown as NetworkSpec['input'];
  const checked = layers.map((layer, index) => checkLayerOptions(layer, index));
  const network: NetworkSpec = { name, input: { channels, height, width }, layers: checked };
  inferShapes(network);
  return network;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
