/** Layers of a network by what they are for. */
import { alexnetError } from '../errors.ts';
import type { LayerShape } from '../network/shapes.ts';
import type { LayerType } from '../network/spec.ts';

/** Layers that change no position and no feature's meaning. */
const pointwise: readonly LayerType[] = ['batchNorm', 'relu', 'tanh', 'sigmoid'];

const weighted: readonly LayerType[] = ['linear', 'conv', 'locallyConnected'];

/** The layer with this name. Throws ALEX_EXPLAIN_LAYER, which names those that can be taken, by default all. */
export function layerNamed(
  layers: readonly LayerShape[],
  name: string,
  candidates: readonly LayerShape[] = layers,
): LayerShape {
  const found = layers.find(({ spec }) => spec.name === name);
  if (found !== undefined) return found;
  throw unfitLayer(name, 'there is no layer with this name', candidates);
}

/** The layer with this name, whose output must be [C, H, W]. Throws ALEX_EXPLAIN_LAYER. */
export function featureMapNamed(layers: readonly LayerShape[], name: string): LayerShape {
  const maps = featureMaps(layers);
  const layer = layerNamed(layers, name, maps);
  if (layer.output.length === 3) return layer;
  const problem = `its output is [${layer.output.join(', ')}], and a layer with rows and columns is wanted`;
  throw unfitLayer(name, problem, maps);
}

function unfitLayer(layer: string, problem: string, candidates: readonly LayerShape[]): Error {
  const known = candidates.map(({ spec }) => spec.name);
  return alexnetError('ALEX_EXPLAIN_LAYER', { layer, problem, known });
}

function featureMaps(layers: readonly LayerShape[]): LayerShape[] {
  return layers.filter(({ output }) => output.length === 3);
}

/**
 * The output of the last convolution, after its normalisation and activation: what Grad-CAM looks at unless told
 * otherwise. Without a convolution, the last feature map. Throws ALEX_EXPLAIN_LAYER when there is none.
 */
export function lastFeatureMap(layers: readonly LayerShape[]): string {
  let at = layers.findLastIndex(({ spec }) => spec.type === 'conv' || spec.type === 'locallyConnected');
  if (at === -1) {
    const last = featureMaps(layers).at(-1);
    if (last !== undefined) return last.spec.name;
    const problem = 'this network has no layer with rows and columns';
    throw unfitLayer('of the last feature map', problem, []);
  }
  while (at + 1 < layers.length && pointwise.includes(layers[at + 1]!.spec.type)) at++;
  return layers[at]!.spec.name;
}

/**
 * What the last layer of weights works with, which is the last linear layer in most networks: the output of the layer
 * before it, past dropout.
 */
export function lastHiddenLayer(layers: readonly LayerShape[]): string {
  let at = layers.findLastIndex(({ spec }) => weighted.includes(spec.type));
  do at--;
  while (at > 0 && layers[at]!.spec.type === 'dropout');
  return layers[Math.max(0, at)]!.spec.name;
}
