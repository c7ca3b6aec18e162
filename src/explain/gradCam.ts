import type { ImageView } from '../data/image.ts';
import { activations } from './activations.ts';
import { checkClass } from './checkClass.ts';
import { layerGradient } from './layerGradient.ts';
import { featureMapNamed, lastFeatureMap } from './layers.ts';
import { blankPlane, resizedPlane, type Plane } from './plane.ts';
import { largestIndex } from '../training/largestIndex.ts';
import type { Subject } from './subject.ts';

export interface GradCamOptions {
  /** Index of the class that is explained. Default: the most probable one. */
  readonly class?: number | undefined;
  /** A layer with rows and columns. Default: the last convolution's output, after its activation. */
  readonly layer?: string | undefined;
}

export interface GradCam {
  readonly class: number;
  readonly layer: string;
  /** Of the class. */
  readonly logit: number;
  /** Of each channel of the layer: the mean over positions of the logit's gradient. */
  readonly weights: Float64Array;
  /** At the layer's size. */
  readonly coarse: Plane;
  /** At the size of the network's input. Not scaled; 0 everywhere when nothing speaks for the class. */
  readonly map: Plane;
}

/**
 * Where a network sees a class: Grad-CAM (Selvaraju and others 2017). Channels of a layer, weighted by the mean gradient
 * of the class's logit, are summed; what is below 0 is cut off. Throws ALEX_EXPLAIN_LAYER, ALEX_OPTION_VALUE.
 */
export async function gradCam(
  subject: Subject,
  image: ImageView,
  options: GradCamOptions = {},
): Promise<GradCam> {
  const { layers, model } = subject;
  const layer = featureMapNamed(layers, options.layer ?? lastFeatureMap(layers));
  const { name } = layer.spec;
  const { layers: read, logits } = await activations(subject, image, [name]);
  const classIndex = options.class ?? largestIndex(logits);
  checkClass(classIndex, logits.length);
  const { values } = read[0]!;
  const { logit, gradient } = layerGradient(model, layers, layer, values, classIndex);
  const [channels, height, width] = layer.output as [number, number, number];
  const area = height * width;
  const weights = Float64Array.from({ length: channels }, (_, channel) => {
    const own = gradient.subarray(channel * area, (channel + 1) * area);
    return own.reduce((sum, value) => sum + value, 0) / area;
  });
  const coarse = blankPlane({ height, width });
  coarse.values.forEach((_, at) => {
    const sum = weights.reduce((total, weight, channel) => total + weight * values[channel * area + at]!, 0);
    coarse.values[at] = Math.max(0, sum);
  });
  return {
    class: classIndex,
    layer: name,
    logit,
    weights,
    coarse,
    map: resizedPlane(coarse, model.network.input),
  };
}
