import type { Averaging } from '../data/augmentation/views.ts';
import { hasSquares, type Dataset } from '../data/dataset.ts';
import type { BadImagePolicy } from '../data/batches.ts';
import { createLoader } from '../data/loader.ts';
import type { BadImage } from '../data/loaderFill.ts';
import type { Engine, Program } from '../engine/engine.ts';
import { alexnetError } from '../errors.ts';
import { evaluate, type EvaluateOptions } from './evaluate.ts';
import type { ResultEvent } from './events.ts';
import type { Model } from './modelDescription.ts';
import { modelViews } from './modelViews.ts';

export interface EvaluateModelOptions extends Pick<
  EvaluateOptions,
  'onPrediction' | 'onProgress' | 'signal'
> {
  readonly engine: Engine;
  readonly batchSize: number;
  /** Threads that load images ahead. */
  readonly workers: number;
  /** Over views of each image. Default none. */
  readonly averaging?: Averaging;
  /** The images of the data set that it is tested on. Default: all. */
  readonly indices?: Uint32Array | undefined;
  /** Called after the forward pass of each batch, whose activations can be read. */
  readonly onForward?: ((program: Pick<Program, 'readActivation'>) => void) | undefined;
  /** What happens when image files are broken. Default refuse. */
  readonly onBadImage?: BadImagePolicy | undefined;
  /** Told of each that is left out. */
  readonly onSkipped?: ((bad: BadImage) => void) | undefined;
}

/**
 * Tests a model on a data set, with the model's own transforms. Throws ALEX_MODEL_CLASSES, and what the engine,
 * the loader and evaluate throw.
 */
export async function evaluateModel(
  model: Model,
  dataset: Dataset,
  { engine, batchSize, workers, averaging = 'none', ...options }: EvaluateModelOptions,
): Promise<ResultEvent> {
  const { indices, onForward, onBadImage, onSkipped, ...others } = options;
  checkClassCount(model.network.name, model.classes.length, dataset);
  const program = await engine.compile(model.network, { batchSize, training: false, inputSlots: 2 });
  try {
    for (const [name, values] of model.parameters) program.writeParameter(name, values);
    // Images in files have any shape.
    const [transforms, ...moreViews] = modelViews(model, averaging, { anyShape: !hasSquares(dataset) });
    const loader = await createLoader({
      dataset,
      indices,
      transforms: transforms!,
      moreViews,
      inputs: program.inputs,
      batchSize,
      workers,
      shuffle: false,
      seed: 0,
      onBadImage,
      onSkipped,
    });
    try {
      const { classes } = dataset;
      const told = { classes, total: loader.images, views: 1 + moreViews.length };
      return await evaluate(followed(program, onForward), loader, { ...others, ...told });
    } finally {
      await loader.close();
    }
  } finally {
    await program.dispose();
  }
}

function followed(program: Program, onForward: EvaluateModelOptions['onForward']): Pick<Program, 'forward'> {
  return {
    async forward(options) {
      const logits = await program.forward(options);
      onForward?.(program);
      return logits;
    },
  };
}

/** Throws ALEX_MODEL_CLASSES unless a model has as many classes as the data set. */
export function checkClassCount(
  model: string,
  classes: number,
  { name, classes: { length } }: Dataset,
): void {
  if (classes !== length) {
    throw alexnetError('ALEX_MODEL_CLASSES', { model, classes, dataset: name, expected: length });
  }
}
