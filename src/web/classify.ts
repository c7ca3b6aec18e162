/** A model on an engine: images of any shape in, classes and probabilities out. */
import { interleavedImage, type ImageView } from '../data/image.ts';
import { squareTransforms } from '../data/images/squareTransforms.ts';
import { imageTransform } from '../data/transformImage.ts';
import type { Engine } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { parameterShapes } from '../network/shapes.ts';
import type { ModelFile } from '../training/describedModel.ts';
import { softmax } from '../training/softmax.ts';
import { topClasses } from '../training/topClasses.ts';
import type { Prediction, RawImage } from './messages.ts';

/** Classifies images, the most probable `top` classes of each; one call at a time. */
export type Classify = (
  images: readonly RawImage[],
  top: number,
) => Promise<readonly (readonly Prediction[])[]>;

/**
 * Compiles a model, reading one parameter at a time. Throws what the engine and the file throw; what it returns throws
 * ALEX_WEB_IMAGE, ALEX_OPTION_VALUE, ALEX_DATA_TRANSFORMS.
 */
export async function classifier(
  model: Pick<ModelFile, 'network' | 'classes' | 'transforms' | 'readParameter'>,
  engine: Engine,
  batchSize: number,
): Promise<Classify> {
  const { network, classes } = model;
  const program = await engine.compile(network, { batchSize, training: false });
  for (const { name } of parameterShapes(network))
    program.writeParameter(name, await model.readParameter(name));
  const transform = imageTransform(squareTransforms(model.transforms, network.input.height));
  return async (images, top) => {
    checkTop(top);
    const results: Prediction[][] = [];
    for (let from = 0; from < images.length; from += batchSize) {
      const batch = images.slice(from, from + batchSize);
      batch.forEach((image, at) => transform(imageView(image), program.inputs[0]!, at));
      const logits = await program.forward({ count: batch.length });
      batch.forEach((_, at) => {
        const own = logits.subarray(at * classes.length, (at + 1) * classes.length);
        const probabilities = softmax(own);
        results.push(
          topClasses(probabilities, top).map((i) => ({ class: classes[i]!, probability: probabilities[i]! })),
        );
      });
    }
    return results;
  };
}

/** Throws ALEX_OPTION_VALUE. */
function checkTop(top: unknown): void {
  if (top === Infinity || (Number.isSafeInteger(top) && (top as number) >= 1)) return;
  throw alexnetError('ALEX_OPTION_VALUE', { option: 'top', value: top, expected: 'a whole number from 1' });
}

function imageView({ data, width, height }: RawImage): ImageView {
  const channels = data.length / (width * height);
  if (!(width > 0 && height > 0) || (channels !== 3 && channels !== 4)) {
    const problem = `${width} × ${height} pixels with ${data.length} values`;
    throw alexnetError('ALEX_WEB_IMAGE', { problem });
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return interleavedImage(bytes, { width, height }, channels);
}
