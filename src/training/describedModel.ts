import { float32Values, type Dtype } from '../formats/tensors.ts';
import { parameterShapes } from '../network/shapes.ts';
import { withoutCounters } from './batchCounters.ts';
import { checkTensors } from './checkTensors.ts';
import { checkFinite, type ModelDescription } from './modelDescription.ts';
import type { ModelSource } from './modelFormats/modelFormat.ts';

/** A model file that is open: parameters are read one at a time. */
export interface ModelFile extends ModelDescription {
  /** What the file's format is called. */
  readonly format: string;
  /** Types of its weights, in the file. */
  readonly dtypes: readonly Dtype[];
  /** Throws ALEX_MODEL_NOT_FINITE, ALEX_TENSOR_TYPE, ALEX_FILE_READ. */
  readParameter(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * A model file whose description is known; `name` is for messages. Throws ALEX_TENSOR_MISSING, ALEX_TENSOR_UNKNOWN,
 * ALEX_TENSOR_SHAPE.
 */
export function describedModel(
  name: string,
  file: ModelSource & { readonly format: string },
  description: ModelDescription,
): ModelFile {
  const tensors = withoutCounters(file.tensors);
  checkTensors(tensors, parameterShapes(description.network));
  return {
    ...description,
    format: file.format,
    dtypes: [...new Set([...tensors.values()].map(({ dtype }) => dtype))],
    readParameter: async (parameter) =>
      checkFinite(name, parameter, float32Values(parameter, await file.read(parameter))),
    close: () => file.close(),
  };
}
