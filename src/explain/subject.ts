import type { ImageView } from '../data/image.ts';
import { planarBuffer } from '../data/imageBuffer.ts';
import { imageTransform } from '../data/transformImage.ts';
import type { TransformStep } from '../data/transforms.ts';
import { visiblePixels } from '../data/visiblePixels.ts';
import type { Engine, Program } from '../engine/engine.ts';
import { inferShapes, type LayerShape } from '../network/shapes.ts';
import type { Model } from '../training/modelDescription.ts';
import { modelViews } from '../training/modelViews.ts';

/** A model that is compiled to be looked into. */
export interface Subject {
  readonly model: Model;
  readonly layers: readonly LayerShape[];
  /** For inference, with two input slots. One call at a time uses it. */
  readonly program: Program;
  /** The model's own, and a crop to a square for images of any shape. */
  readonly transforms: readonly TransformStep[];
  close(): Promise<void>;
}

/** Compiles a model to be looked into, so many images at once. Throws what the engine throws. */
export async function compileSubject(
  model: Model,
  engine: Pick<Engine, 'compile'>,
  batchSize: number,
): Promise<Subject> {
  const program = await engine.compile(model.network, { batchSize, training: false, inputSlots: 2 });
  for (const [name, values] of model.parameters) program.writeParameter(name, values);
  const [transforms] = modelViews(model, 'none', { anyShape: true });
  return {
    model,
    layers: inferShapes(model.network),
    program,
    transforms: transforms!,
    close: () => program.dispose(),
  };
}

/**
 * Puts images of any shape through the network, a batch at a time; `take` may read activations, and is told the index of
 * the batch's first image, and how many there are.
 */
export async function forEachBatch(
  { program, transforms }: Pick<Subject, 'program' | 'transforms'>,
  images: readonly ImageView[],
  take: (logits: Float32Array, first: number, count: number) => void,
): Promise<void> {
  const transform = imageTransform(transforms);
  for (let first = 0; first < images.length; first += program.batchSize) {
    const batch = images.slice(first, first + program.batchSize);
    batch.forEach((image, at) => transform(image, program.inputs[0]!, at));
    take(await program.forward({ count: batch.length }), first, batch.length);
  }
}

/** What the network sees of an image: resized and cropped, before its values are normalised. */
export function seenImage(
  { model, transforms }: Pick<Subject, 'model' | 'transforms'>,
  image: ImageView,
): ImageView {
  const { channels, height, width } = model.network.input;
  const target = planarBuffer(new Float32Array(channels * height * width), [1, channels, height, width]);
  imageTransform(transforms)(image, target, 0);
  return visiblePixels(target, 0, transforms);
}
