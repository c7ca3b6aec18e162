import { paddingOf } from '../data/augmentation/named.ts';
import { takesWholeImages, testViews, type Averaging } from '../data/augmentation/views.ts';
import { squareTransforms } from '../data/images/squareTransforms.ts';
import type { TransformStep } from '../data/transforms.ts';
import type { ModelDescription } from './modelDescription.ts';

/** What trainings leave in a model file of how its images were cropped. */
interface TrainingRecord {
  readonly augment?: unknown;
  readonly trainTransforms?: unknown;
}

/** Width of the frame that the training put around images before it cropped them; 0 where it is not known. */
function trainedPadding({ details, network }: ModelDescription): number {
  const { training } = details as { readonly training?: TrainingRecord };
  const { augment, trainTransforms } = training ?? {};
  if (Array.isArray(trainTransforms)) {
    const crop = (trainTransforms as readonly TransformStep[]).find((step) => step?.type === 'randomCrop');
    return crop?.padding ?? 0;
  }
  return Array.isArray(augment) ? paddingOf(augment, network.input.height) : 0;
}

/**
 * The transforms of each view over which a model's answers are averaged; see testViews. `anyShape` is for images that
 * need not be squares. Throws ALEX_DATA_TRANSFORMS.
 */
export function modelViews(
  model: ModelDescription,
  averaging: Averaging,
  { anyShape }: { readonly anyShape: boolean },
): readonly (readonly TransformStep[])[] {
  const side = model.network.input.height;
  const transforms = anyShape ? squareTransforms(model.transforms, side) : model.transforms;
  return testViews(transforms, averaging, { side, padding: trainedPadding(model) });
}

/** Whether ten crops show a model less of an image than it has learnt on, as far as its file tells. */
export function knowsWholeImagesOnly(model: ModelDescription): boolean {
  return takesWholeImages(model.transforms, model.network.input.height) && trainedPadding(model) === 0;
}
