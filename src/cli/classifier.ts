import type { Averaging } from '../data/augmentation/views.ts';
import type { ImageView } from '../data/image.ts';
import { imageTransform } from '../data/transformImage.ts';
import type { EngineName } from '../engine/engine.ts';
import { averageViews } from '../training/averageViews.ts';
import type { Model } from '../training/modelDescription.ts';
import { modelViews } from '../training/modelViews.ts';
import { softmax } from '../training/softmax.ts';

/** What a model makes of one image. */
export interface Prediction {
  /** Index of the largest logit. */
  readonly index: number;
  /** Of several views, the logarithms of their mean probabilities. */
  readonly logits: Float32Array;
  /** Softmax of the logits. */
  readonly probabilities: Float64Array;
}

export interface Classifier {
  readonly batchSize: number;
  /** Puts an image of any shape at place `at` of the batch. Throws ALEX_DATA_TRANSFORMS. */
  load(image: ImageView, at: number): void;
  /** Classifies the first `count` places. */
  run(count: number): Promise<Prediction[]>;
  close(): Promise<void>;
}

export interface ClassifierOptions {
  readonly engine: EngineName;
  readonly threads?: number;
  /** Images that go through the network at once. */
  readonly batchSize: number;
  /** Over views of each image. Default none. */
  readonly averaging?: Averaging;
}

/** Compiles a model to classify images. Throws what the engine throws. */
export async function createClassifier(model: Model, options: ClassifierOptions): Promise<Classifier> {
  // The engine comes before any image decoder: it sets how V8 compiles WebAssembly.
  const { createEngine } = await import('../engine/create.ts');
  const engine = await createEngine(options.engine, { threads: options.threads });
  const { batchSize, averaging = 'none' } = options;
  const views = modelViews(model, averaging, { anyShape: true });
  const transforms = views.map((steps) => imageTransform(steps));
  const program = await engine.compile(model.network, {
    batchSize: batchSize * views.length,
    training: false,
  });
  for (const [name, values] of model.parameters) program.writeParameter(name, values);

  return {
    batchSize,
    load: (image, at) => {
      transforms.forEach((transform, view) => transform(image, program.inputs[0]!, at * views.length + view));
    },
    async run(count) {
      if (count === 0) return [];
      const all = await program.forward({ count: count * views.length });
      const classes = all.length / (count * views.length);
      const logits = (at: number): Float32Array => all.slice(at * classes, (at + 1) * classes);
      return Array.from({ length: count }, (_, i) =>
        prediction(
          views.length === 1
            ? logits(i)
            : averageViews(views.map((_v, view) => logits(i * views.length + view))),
        ),
      );
    },
    close: () => program.dispose(),
  };
}

function prediction(logits: Float32Array): Prediction {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  return { index: logits.indexOf(largest), logits, probabilities: softmax(logits) };
}
