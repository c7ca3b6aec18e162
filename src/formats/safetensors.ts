import { open, type FileHandle } from 'node:fs/promises';
import { alexnetError } from '../errors.ts';
import { writeAtomically } from './atomicFile.ts';
import { readingFile } from './fileErrors.ts';
import { readAt } from './readAt.ts';
import {
  encodeHeader,
  headerLength,
  lengthBytes,
  parseHeader,
  type SafetensorsHeader,
  type TensorInfo,
} from './safetensorsHeader.ts';
import {
  dtypes,
  sourceBytes,
  sourceType,
  type ReadyTensorSource,
  type SafeTensor,
  type TensorFile,
  type TensorSource,
} from './tensors.ts';

/** All of a file. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A file whose header is read and checked; its tensors are read one by one. */
export type SafetensorsFile = SafetensorsHeader & TensorFile;

/** Opens a safetensors file. Throws ALEX_FILE_READ, ALEX_SAFETENSORS_TRUNCATED, ALEX_SAFETENSORS_INVALID. */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  return readingFile(path, async () => {
    const handle = await open(path, 'r');
    try {
      const { header, dataStart } = await readHeader(handle, path);
      return {
        ...header,
        read: (name) => readingFile(path, () => readTensor(handle, header, dataStart, name)),
        close: () => handle.close(),
      };
    } catch (error) {
      await handle.close();
      throw error;
    }
  });
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

/** Reads safetensors from memory; `file` names them in errors. Throws as openSafetensors does. */
export function parseSafetensors(bytes: Uint8Array, file = 'the file'): Safetensors {
  const length = headerLength(bytes.subarray(0, lengthBytes), bytes.length, file);
  const dataStart = lengthBytes + length;
  const header = parseHeader(bytes.subarray(lengthBytes, dataStart), bytes.length - dataStart, file);
  const tensors = new Map(
    [...header.tensors.values()].map((info) => {
      // A copy, aligned for its type. Not slice, which on a Buffer copies nothing.
      const copy = new Uint8Array(bytes.subarray(dataStart + info.begin, dataStart + info.end));
      return [info.name, safeTensor(info, copy.buffer)] as const;
    }),
  );
  return { tensors, metadata: header.metadata };
}

/**
 * Writes a safetensors file atomically, one tensor at a time.
 * Throws ALEX_FILE_WRITE, ALEX_SAFETENSORS_INVALID for a name used twice, ALEX_TENSOR_SHAPE, and what `read` throws.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorSource[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const header = encodeHeader(tensors.map(described), metadata, path);
  await writeAtomically(path, async (writeBytes) => {
    await writeBytes(header);
    for (const tensor of tensors) await writeBytes(sourceBytes(tensor, await tensor.read()));
  });
}

/** The bytes of a safetensors file. Throws ALEX_SAFETENSORS_INVALID, ALEX_TENSOR_SHAPE. */
export function serializeSafetensors(
  tensors: readonly ReadyTensorSource[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header = encodeHeader(tensors.map(described), metadata, 'the file');
  return Buffer.concat([header, ...tensors.map((tensor) => sourceBytes(tensor, tensor.read()))]);
}

async function readHeader(
  handle: FileHandle,
  path: string,
): Promise<{ header: SafetensorsHeader; dataStart: number }> {
  const { size } = await handle.stat();
  const first = await readAt(handle, 0, Math.min(lengthBytes, size));
  const length = headerLength(new Uint8Array(first), size, path);
  const bytes = new Uint8Array(await readAt(handle, lengthBytes, length));
  const dataStart = lengthBytes + length;
  return { header: parseHeader(bytes, size - dataStart, path), dataStart };
}

async function readTensor(
  handle: FileHandle,
  { tensors }: SafetensorsHeader,
  dataStart: number,
  name: string,
): Promise<SafeTensor> {
  const info = tensors.get(name);
  if (info === undefined) throw alexnetError('ALEX_TENSOR_MISSING', { name });
  return safeTensor(info, await readAt(handle, dataStart + info.begin, info.end - info.begin));
}

function safeTensor({ dtype, shape }: TensorInfo, buffer: ArrayBuffer): SafeTensor {
  return { dtype, shape, values: new dtypes[dtype](buffer) };
}

function described(source: TensorSource): Pick<TensorInfo, 'name' | 'dtype' | 'shape'> {
  return { name: source.name, ...sourceType(source) };
}
