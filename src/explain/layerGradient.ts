/** The gradient of a class's logit by the output of a layer. */
import { runLayer, type LayerResult } from '../engine/reference/layers.ts';
import type { Tensor, Weights } from '../engine/reference/tensor.ts';
import type { LayerShape } from '../network/shapes.ts';
import type { Model } from '../training/modelDescription.ts';

export interface LayerGradient {
  readonly logit: number;
  /** In the layer's output's layout. */
  readonly gradient: Float64Array;
}

/**
 * Takes one image's output of a layer through the layers after it, outside of training mode, and the gradient back to
 * it: the reference engine's float64 loops, which know every layer. The work is that of the layers after this one, so
 * the last convolution's output is soon done.
 */
export function layerGradient(
  { parameters }: Pick<Model, 'parameters'>,
  layers: readonly LayerShape[],
  layer: LayerShape,
  output: Float32Array,
  classIndex: number,
): LayerGradient {
  let current: Tensor = { shape: [1, ...layer.output], data: Float64Array.from(output) };
  const results: LayerResult[] = [];
  for (const after of layers.slice(layers.indexOf(layer) + 1)) {
    const shapes = new Map(after.parameters.map(({ name, shape }) => [name, shape]));
    const weights = (name: string): Weights => ({ shape: shapes.get(name)!, data: parameters.get(name)! });
    const result = runLayer(after, current, {
      weights,
      parameter: (name) => ({ shape: shapes.get(name)!, data: new Float64Array(parameters.get(name)!) }),
      dropoutIndex: 0,
      training: undefined,
    });
    results.push(result);
    current = result.output;
  }
  let gradient: Tensor = { shape: current.shape, data: new Float64Array(current.data.length) };
  gradient.data[classIndex] = 1;
  for (const { backward, inputGradient } of results.toReversed()) {
    gradient = inputGradient ? inputGradient(gradient) : backward(gradient).input;
  }
  return { logit: current.data[classIndex]!, gradient: gradient.data };
}
