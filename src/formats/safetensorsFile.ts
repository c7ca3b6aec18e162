/** Safetensors files by their paths, in Node.js. */
import { writeFileAtomically } from './atomicFile.ts';
import { openFileAs } from './openFile.ts';
import {
  openSafetensorsIn,
  writeSafetensorsTo,
  type Safetensors,
  type SafetensorsFile,
} from './safetensors.ts';
import type { SafeTensor, TensorSource } from './tensors.ts';

/** Opens a safetensors file. Throws ALEX_FILE_READ, ALEX_SAFETENSORS_TRUNCATED, ALEX_SAFETENSORS_INVALID. */
export function openSafetensors(path: string): Promise<SafetensorsFile> {
  return openFileAs(path, openSafetensorsIn);
}

/** Reads all of a safetensors file. Throws as openSafetensors does. */
export async function readSafetensors(path: string): Promise<Safetensors> {
  const file = await openSafetensors(path);
  try {
    const tensors = new Map<string, SafeTensor>();
    for (const name of file.tensors.keys()) tensors.set(name, await file.read(name));
    return { tensors, metadata: file.metadata };
  } finally {
    await file.close();
  }
}

/**
 * Writes a safetensors file atomically, one tensor at a time.
 * Throws ALEX_FILE_WRITE, ALEX_SAFETENSORS_INVALID for a name used twice, ALEX_TENSOR_SHAPE, and what `read` throws.
 */
export function writeSafetensors(
  path: string,
  tensors: readonly TensorSource[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  return writeFileAtomically(path, (target) => writeSafetensorsTo(target, tensors, metadata));
}
