import type { TransformStep } from '../data/transforms.ts';
import { loadModel as readModelFile } from '../training/modelFile.ts';
import { modelFrom, type Model, type ModelOptions } from './model.ts';

export interface LoadOptions extends Omit<ModelOptions, 'initialization'> {
  /** Class names for a file that has none of its own. */
  readonly classes?: readonly string[];
}

/** A model with what its file says of its use. */
export interface LoadedModel extends Model {
  /** Names by class index. */
  readonly classes: readonly string[];
  /** What was done to an image in training. */
  readonly transform: readonly TransformStep[];
}

/**
 * A model from a file of any format that model files have: one that was saved here, or a bare one of a known network,
 * with torchvision's names. As in PyTorch it is in training mode: call eval() before you use or test it.
 * Throws ALEX_FILE_READ, ALEX_MODEL_…, ALEX_TENSOR_…, and the errors of the format.
 */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<LoadedModel> {
  const { classes: given, ...modelOptions } = options;
  const { network, parameters, classes, transforms } = await readModelFile(path, { classes: given });
  const model = modelFrom(network, modelOptions, (write) =>
    parameters.forEach((values, name) => write(name, values)),
  );
  return Object.assign(model, { classes, transform: transforms });
}
