/** The formats of model files. A file is recognised by how it begins, a new one gets its format by its name. */
import { alexnetError } from '../../errors.ts';
import type { OpenedFile } from '../../formats/openedFile.ts';
import { startBytes, type ModelFormat, type ModelSource } from './modelFormat.ts';
import { onnxFormat } from './onnx.ts';
import { pthFormat } from './pth.ts';
import { safetensorsFormat } from './safetensors.ts';
import { shardedSafetensorsFormat } from './shardedSafetensors.ts';

const formats: readonly ModelFormat[] = [safetensorsFormat, shardedSafetensorsFormat, pthFormat, onnxFormat];

/** A format that can be written. */
export type WritableFormat = ModelFormat & { readonly write: NonNullable<ModelFormat['write']> };

/** Endings of the names of model files that can be written. */
export const writtenExtensions: readonly string[] = formats
  .filter(isWritable)
  .flatMap(({ extensions }) => extensions);

/** Opens a file as a model file, whatever its format. Throws as formatOf does, and the format's own errors. */
export async function openModelSource(file: OpenedFile): Promise<ModelSource & { readonly format: string }> {
  const { name, open } = await formatOf(file);
  return { ...(await open(file)), format: name };
}

/**
 * The format of a file. One that begins like none is taken for what its name says, so that the format's own error tells
 * what is wrong. Throws ALEX_FILE_READ, ALEX_MODEL_FORMAT.
 */
export async function formatOf({ name, size, read }: OpenedFile): Promise<ModelFormat> {
  const start = { size, bytes: new Uint8Array(await read(0, Math.min(startBytes, size))) };
  const format = formats.find(({ recognises }) => recognises(start)) ?? formatByName(name);
  if (format === undefined) throw alexnetError('ALEX_MODEL_FORMAT', { file: name, known: formatNames });
  return format;
}

/** The format that a new file gets by its name. Throws ALEX_MODEL_EXTENSION. */
export function formatToWrite(path: string): WritableFormat {
  const format = formatByName(path);
  if (format !== undefined && isWritable(format)) return format;
  throw alexnetError('ALEX_MODEL_EXTENSION', { path, known: writtenExtensions });
}

function isWritable(format: ModelFormat): format is WritableFormat {
  return format.write !== undefined;
}

const formatNames: readonly string[] = formats.map(({ name }) => name);

function formatByName(path: string): ModelFormat | undefined {
  const name = path.toLowerCase();
  return formats.find(({ extensions }) => extensions.some((extension) => name.endsWith(extension)));
}
