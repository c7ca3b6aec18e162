/** Model files by their paths, in Node.js. */
import { writeFileAtomically } from '../formats/atomicFile.ts';
import { openFileAs } from '../formats/openFile.ts';
import type { GivenDescription, Model } from './modelDescription.ts';
import { formatToWrite } from './modelFormats/modelFormats.ts';
import { namedNetwork } from './namedNetwork.ts';
import {
  modelWriter,
  openModelIn,
  readModel,
  type LoadModelOptions,
  type SaveModelOptions,
} from './openedModel.ts';
import type { ModelFile } from './describedModel.ts';

/**
 * Writes a model file atomically, reading one parameter at a time; its name's ending says the format. Throws
 * ALEX_MODEL_EXTENSION, ALEX_OPTION_VALUE for preprocessing where the format has none, ALEX_FILE_WRITE,
 * ALEX_MODEL_NOT_FINITE, ALEX_TENSOR_RANGE (the old file is left), and what `readParameter` throws.
 */
export async function saveModel(
  path: string,
  description: GivenDescription,
  readParameter: (name: string) => Float32Array | Promise<Float32Array>,
  options: SaveModelOptions = {},
): Promise<void> {
  const write = modelWriter(formatToWrite(path), description, readParameter, options);
  await writeFileAtomically(path, write);
}

/**
 * Opens a model file, told by its content, and checks names and shapes of its tensors.
 * Throws as openModelIn does, and of `options.network` as namedNetwork does.
 */
export function openModel(path: string, options: LoadModelOptions = {}): Promise<ModelFile> {
  return openFileAs(path, (file) => openModelIn(file, options, namedNetwork));
}

/** Reads a model file whole. Throws as openModel and its readParameter do. */
export async function loadModel(path: string, options: LoadModelOptions = {}): Promise<Model> {
  return readModel(await openModel(path, options));
}
