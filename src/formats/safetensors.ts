import { alexnetError } from '../errors.ts';
import { joinBytes, type FileTarget } from './fileTarget.ts';
import type { OpenedFile } from './openedFile.ts';
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

/**
 * Opens a file as a safetensors file. Throws ALEX_FILE_READ, ALEX_SAFETENSORS_TRUNCATED, ALEX_SAFETENSORS_INVALID.
 */
export async function openSafetensorsIn(file: OpenedFile): Promise<SafetensorsFile> {
  const { header, dataStart } = await readHeader(file);
  return {
    ...header,
    read: (name) => readTensor(file, header, dataStart, name),
    close: () => file.close(),
  };
}

/** Reads safetensors from memory; `file` names them in errors. Throws as openSafetensorsIn does. */
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
 * Writes a safetensors file, one tensor at a time. Throws ALEX_SAFETENSORS_INVALID for a name used twice,
 * ALEX_TENSOR_SHAPE, and what the target and `read` throw.
 */
export async function writeSafetensorsTo(
  { name, writeBytes }: FileTarget,
  tensors: readonly TensorSource[],
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  await writeBytes(encodeHeader(tensors.map(described), metadata, name));
  for (const tensor of tensors) await writeBytes(sourceBytes(tensor, await tensor.read()));
}

/** The bytes of a safetensors file. Throws ALEX_SAFETENSORS_INVALID, ALEX_TENSOR_SHAPE. */
export function serializeSafetensors(
  tensors: readonly ReadyTensorSource[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header = encodeHeader(tensors.map(described), metadata, 'the file');
  return joinBytes([header, ...tensors.map((tensor) => sourceBytes(tensor, tensor.read()))]);
}

async function readHeader(
  file: OpenedFile,
): Promise<{ readonly header: SafetensorsHeader; readonly dataStart: number }> {
  const { name, size } = file;
  const first = await file.read(0, Math.min(lengthBytes, size));
  const length = headerLength(new Uint8Array(first), size, name);
  const bytes = new Uint8Array(await file.read(lengthBytes, length));
  const dataStart = lengthBytes + length;
  return { header: parseHeader(bytes, size - dataStart, name), dataStart };
}

async function readTensor(
  file: OpenedFile,
  { tensors }: SafetensorsHeader,
  dataStart: number,
  name: string,
): Promise<SafeTensor> {
  const info = tensors.get(name);
  if (info === undefined) throw alexnetError('ALEX_TENSOR_MISSING', { name });
  return safeTensor(info, await file.read(dataStart + info.begin, info.end - info.begin));
}

function safeTensor({ dtype, shape }: TensorInfo, buffer: ArrayBuffer): SafeTensor {
  return { dtype, shape, values: new dtypes[dtype](buffer) };
}

function described(source: TensorSource): Pick<TensorInfo, 'name' | 'dtype' | 'shape'> {
  return { name: source.name, ...sourceType(source) };
}
