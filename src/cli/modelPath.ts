import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A model file by its path, by the folder of the training run that saved it, or by that of a model in parts. */
export async function modelFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return path;
  const index = join(path, 'model.safetensors.index.json');
  return existsSync(index) ? index : join(path, 'model.safetensors');
}

/** A checkpoint by its path, or by the folder of the training run that wrote it. */
export async function checkpointFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true ? join(path, 'checkpoint.safetensors') : path;
}
