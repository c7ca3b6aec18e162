import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A model file by its path, or by the folder of the training run that saved it. */
export async function modelFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ? join(path, 'model.safetensors') : path;
}
