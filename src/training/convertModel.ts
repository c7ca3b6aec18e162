import {
  openModel,
  saveModel,
  type LoadModelOptions,
  type ModelDescription,
  type SaveModelOptions,
} from './modelFile.ts';
import { formatToWrite } from './modelFormats/modelFormats.ts';

export interface ConvertModelOptions extends SaveModelOptions, Pick<LoadModelOptions, 'network'> {}

/**
 * Writes a model file in the format that the new name says, one parameter at a time; `to` may be `from`. Returns what
 * the model is. Throws what openModel and saveModel throw; nothing is written then.
 */
export async function convertModel(
  from: string,
  to: string,
  { network, ...options }: ConvertModelOptions = {},
): Promise<ModelDescription> {
  // A name that tells no format is told before anything is read.
  formatToWrite(to);
  const { readParameter, close, ...description } = await openModel(
    from,
    network === undefined ? {} : { network },
  );
  try {
    await saveModel(to, description, readParameter, options);
    return description;
  } finally {
    await close();
  }
}
