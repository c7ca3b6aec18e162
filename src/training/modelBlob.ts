/** Model files in memory: in a browser, or in Node.js without a disk. */
import { writtenBytes } from '../formats/fileTarget.ts';
import { closingOnFailure, fileOfBlob, fileOfBytes, type OpenedFile } from '../formats/openedFile.ts';
import type { GivenDescription, Model } from './modelDescription.ts';
import { formatToWrite } from './modelFormats/modelFormats.ts';
import {
  modelWriter,
  openModelIn,
  readModel,
  type LoadModelOptions,
  type SaveModelOptions,
} from './openedModel.ts';
import type { ModelFile } from './describedModel.ts';

/**
 * Opens a model file in any format, told by its content; `name` is for messages, and tells what no content does.
 * Tensors are read from the Blob one at a time, but an ONNX file's bytes are kept in memory while it is open. Throws as
 * openModelIn does.
 */
export function openModelBlob(
  name: string,
  content: Blob | Uint8Array,
  options: LoadModelOptions = {},
): Promise<ModelFile> {
  return closingOnFailure(fileOf(name, content), (file) => openModelIn(file, options));
}

/** Reads a model file whole. Throws as openModelBlob and its readParameter do. */
export async function readModelBlob(
  name: string,
  content: Blob | Uint8Array,
  options: LoadModelOptions = {},
): Promise<Model> {
  return readModel(await openModelBlob(name, content, options));
}

/**
 * The bytes of a model file, the same that saveModel writes; the ending of `name` says the format. Throws as saveModel
 * does.
 */
export async function modelBytes(
  name: string,
  description: GivenDescription,
  readParameter: (name: string) => Float32Array | Promise<Float32Array>,
  options: SaveModelOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return writtenBytes(name, modelWriter(formatToWrite(name), description, readParameter, options));
}

function fileOf(name: string, content: Blob | Uint8Array): OpenedFile {
  return content instanceof Blob ? fileOfBlob(name, content) : fileOfBytes(name, content);
}
