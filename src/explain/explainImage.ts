import type { ImageView } from '../data/image.ts';
import { activations, type Activations } from './activations.ts';
import { gradCam, type GradCam, type GradCamOptions } from './gradCam.ts';
import { featureMapNamed } from './layers.ts';
import { occlusion, type Occlusion, type OcclusionOptions } from './occlusion.ts';
import { seenImage, type Subject } from './subject.ts';

export type ExplainOptions = GradCamOptions & OcclusionOptions;

/** What a network makes of one image, and what of the image it goes by. */
export interface Explanation {
  /** As the network sees it. */
  readonly seen: ImageView;
  /** Index of the class that is explained. */
  readonly class: number;
  readonly activations: Activations;
  readonly gradCam: GradCam;
  readonly occlusion: Occlusion;
}

/**
 * All that can be said of one image: the outputs of every layer, Grad-CAM and occlusion for a class, by default the most
 * probable one. Throws ALEX_EXPLAIN_LAYER, ALEX_OPTION_VALUE.
 */
export async function explainImage(
  subject: Subject,
  image: ImageView,
  options: ExplainOptions = {},
): Promise<Explanation> {
  if (options.layer !== undefined) featureMapNamed(subject.layers, options.layer);
  const seen = seenImage(subject, image);
  const all = await activations(subject, image);
  const cam = await gradCam(subject, image, options);
  const covered = await occlusion(subject, image, { ...options, class: cam.class });
  return { seen, class: cam.class, activations: all, gradCam: cam, occlusion: covered };
}
