import type { ImageView } from '../data/image.ts';
import { elementCount, type Shape } from '../network/shapes.ts';
import type { LayerType } from '../network/spec.ts';
import { layerNamed } from './layers.ts';
import { softmax } from '../training/softmax.ts';
import { forEachBatch, type Subject } from './subject.ts';

/** The output of one layer for one image. */
export interface Activation {
  readonly layer: string;
  readonly type: LayerType;
  /** [C, H, W] or [F] */
  readonly shape: Shape;
  readonly values: Float32Array;
}

/** What a network makes of one image. */
export interface Activations {
  /** In the network's order. */
  readonly layers: readonly Activation[];
  /** [classes] */
  readonly logits: Float32Array;
  readonly probabilities: Float64Array;
}

/** The outputs of layers, by default of all, for one image. Throws ALEX_EXPLAIN_LAYER. */
export async function activations(
  subject: Subject,
  image: ImageView,
  layers: readonly string[] = subject.layers.map(({ spec }) => spec.name),
): Promise<Activations> {
  const wanted = layers.map((name) => layerNamed(subject.layers, name));
  let found: Activations | undefined;
  await forEachBatch(subject, [image], (logits) => {
    const read = wanted.map(({ spec: { name: layer, type }, output: shape }) => {
      return { layer, type, shape, values: subject.program.readActivation(layer) };
    });
    found = { layers: read, logits, probabilities: softmax(logits) };
  });
  return found!;
}

/** Share of the values that are 0: of a ReLU, units that say nothing of this image. */
export function zeroShare({ values, shape }: Activation): number {
  return values.reduce((zeros, value) => zeros + (value === 0 ? 1 : 0), 0) / elementCount(shape);
}
