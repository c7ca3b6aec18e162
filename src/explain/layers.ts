/** Layers of a network by what they are for. */
import { alexnetError } from '../errors.ts';
import type { LayerShape } from '../network/shapes.ts';
import type { LayerType } from '../network/spec.ts';

/** Layers that change no position and no feature's meaning. */
const pointwise: readonly LayerType[] = ['batchNorm', 'relu', 'tanh', 'sigmoid'];

const weighted: readonly LayerType[] = ['linear', 'conv', 'locallyConnected'];

/** The layer with this name. Throws ALEX_EXPLAIN_LAYER, which names those that there are. */
export function layerNamed(layers: readonly LayerShape[], name: string): LayerShape {
  const found = layers.find(({ spec }) => spec.name === name);
  if (found !== undefined) return found;
  const known = layers.map(({ spec }) => spec.name);
  throw alexnetError('ALEX_EXPLAIN_LAYER', {
    layer: name,
    problem: 'there is no layer with this name',
    known,
  });
}

/** The layer with this name, whose output must be [C, H, W]. Throws ALEX_EXPLAIN_LAYER. */
export function featureMapNamed(layers: readonly LayerShape[], name: string): LayerShape {
  const layer = layerNamed(layers, name);
  if (layer.output.length === 3) return layer;
  const known = featureMaps(layers).map(({ spec }) => spec.name);
  const problem = `its output is [${layer.output.join(', ')}], and a layer with rows and columns is wanted`;
  throw alexnetError('ALEX_EXPLAIN_LAYER', { layer: name, problem, known });
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
    throw alexnetError('ALEX_EXPLAIN_LAYER', { layer: 'of the last feature map', problem, known: [] });
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
