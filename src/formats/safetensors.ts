import { open, type FileHandle } from 'node:fs/promises';
import { alexnetError } from '../errors.ts';
import { writeAtomically } from './atomicFile.ts';
import { readingFile } from './fileErrors.ts';
import {
  dtypes,
  encodeHeader,
  headerLength,
  lengthBytes,
  parseHeader,
  type Dtype,
  type SafetensorsHeader,
  type TensorInfo,
} from './safetensorsHeader.ts';

/** The elements of a tensor, row by row; bfloat16 as its 16 bits. */
export type TensorValues =
  | Float64Array
  | Float32Array
  | Float16Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array;

/** A tensor that was read. */
export interface SafeTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

/** All of a file. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A file whose header is read and checked; its tensors are read one by one. */
export interface SafetensorsFile extends SafetensorsHeader {
  /** Reads one tensor. Throws ALEX_TENSOR_MISSING, ALEX_FILE_READ. */
  read(name: string): Promise<SafeTensor>;
  close(): Promise<void>;
}

/** A tensor to write. */
export interface TensorSource {
  readonly name: string;
  readonly shape: readonly number[];
  /** Default F32. */
  readonly dtype?: Dtype;
  /** Called once, when the tensor's turn comes, so that one tensor at a time is in memory. */
  readonly read: () => TensorValues;
}

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
    for (const tensor of tensors) await writeBytes(checkedValues(tensor));
  });
}

/** The bytes of a safetensors file. Throws ALEX_SAFETENSORS_INVALID, ALEX_TENSOR_SHAPE. */
export function serializeSafetensors(
  tensors: readonly TensorSource[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header = encodeHeader(tensors.map(described), metadata, 'the file');
  return Buffer.concat([header, ...tensors.map((tensor) => bytesOf(checkedValues(tensor)))]);
}

/** The values as float32. Throws ALEX_TENSOR_TYPE unless they are of a floating-point type. */
export function float32Values(name: string, { dtype, values }: SafeTensor): Float32Array {
  switch (dtype) {
    case 'F32':
      return values as Float32Array;
    case 'F64':
    case 'F16':
      return Float32Array.from(values as Float64Array | Float16Array);
    case 'BF16': {
      // bfloat16 is the upper half of a float32.
      const bits = Uint32Array.from(values as Uint16Array, (half) => half << 16);
      return new Float32Array(bits.buffer);
    }
    default:
      throw alexnetError('ALEX_TENSOR_TYPE', { name, dtype });
  }
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

/** Most bytes that one call of the system is asked for. */
const mostAtOnce = 1 << 30;

async function readAt(handle: FileHandle, position: number, length: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(mostAtOnce, length - at), position + at);
    if (bytesRead === 0)
      throw Object.assign(new Error('it became shorter while it was read'), { syscall: 'read' });
    at += bytesRead;
  }
  return bytes.buffer;
}

function safeTensor({ dtype, shape }: TensorInfo, buffer: ArrayBuffer): SafeTensor {
  return { dtype, shape, values: new dtypes[dtype](buffer) };
}

function described({
  name,
  shape,
  dtype = 'F32',
}: TensorSource): Pick<TensorInfo, 'name' | 'dtype' | 'shape'> {
  return { name, shape, dtype };
}

function checkedValues({ name, shape, dtype = 'F32', read }: TensorSource): TensorValues {
  const values = read();
  const elements = shape.reduce((product, size) => product * size, 1);
  if (values.length !== elements || !(values instanceof dtypes[dtype])) {
    throw alexnetError('ALEX_TENSOR_SHAPE', { name, expected: shape, got: [values.length] });
  }
  return values;
}

function bytesOf(values: TensorValues): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
