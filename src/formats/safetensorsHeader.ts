/**
 * The header of a safetensors file (github.com/huggingface/safetensors, "Format"): 8 bytes of its length N as an
 * unsigned little-endian integer, N bytes of JSON that begin with `{` and may end in spaces, then the tensors'
 * bytes, little-endian and row by row. The tensors follow each other without holes and end where the file ends.
 */
import { alexnetError } from '../errors.ts';
import { duplicateKey } from './duplicateKey.ts';
import { dtypes, elementsOf, type Dtype } from './tensors.ts';

/** Where a tensor lies. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** In bytes, after the header. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** By name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes before the header: its length. */
export const lengthBytes = 8;
/**
 * Larger headers are refused: room for some 40,000 tensors. JSON of 100 MB, the reference implementation's limit, can
 * take gigabytes of memory and tens of seconds.
 */
export const mostHeaderBytes = 5_000_000;
const metadataKey = '__metadata__';

/**
 * Length in bytes of the header of a file of `fileBytes` that begins with `first` (8 bytes, or all there are).
 * Throws ALEX_SAFETENSORS_TRUNCATED, ALEX_SAFETENSORS_INVALID.
 */
export function headerLength(first: Uint8Array, fileBytes: number, file: string): number {
  if (first.length < lengthBytes) {
    throw alexnetError('ALEX_SAFETENSORS_TRUNCATED', { file, bytes: fileBytes, expected: lengthBytes });
  }
  const length = new DataView(first.buffer, first.byteOffset, lengthBytes).getBigUint64(0, true);
  if (length > mostHeaderBytes) {
    throw invalid(file, `its header claims ${length} bytes, more than ${mostHeaderBytes}`);
  }
  const expected = lengthBytes + Number(length);
  if (expected > fileBytes) {
    throw alexnetError('ALEX_SAFETENSORS_TRUNCATED', { file, bytes: fileBytes, expected });
  }
  return Number(length);
}

/**
 * Reads and checks a header. `dataBytes` are the bytes after it.
 * Throws ALEX_SAFETENSORS_TRUNCATED, ALEX_SAFETENSORS_INVALID.
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, file: string): SafetensorsHeader {
  const entries = Object.entries(parseObject(bytes, file));
  const infos = entries
    .filter(([name]) => name !== metadataKey)
    .map(([name, value]) => tensorInfo(name, value, file))
    // Empty tensors have the same begin as the one after them: the end decides.
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkContiguous(infos, { headerBytes: bytes.length, dataBytes, file });
  const metadata = entries.find(([name]) => name === metadataKey)?.[1];
  return {
    tensors: new Map(infos.map((info) => [info.name, info])),
    metadata: metadata === undefined ? {} : checkMetadata(metadata, file),
  };
}

/** Length and header of a file with these tensors, in this order. Throws ALEX_SAFETENSORS_INVALID. */
export function encodeHeader(
  tensors: readonly Pick<TensorInfo, 'name' | 'dtype' | 'shape'>[],
  metadata: Readonly<Record<string, string>>,
  file: string,
): Uint8Array {
  const entries: [string, unknown][] = [[metadataKey, metadata]];
  const names = new Set([metadataKey]);
  let at = 0;
  for (const { name, dtype, shape } of tensors) {
    if (names.has(name)) throw invalid(file, `the name ${JSON.stringify(name)} is taken`);
    names.add(name);
    const end = at + byteCount(name, dtype, shape, file);
    entries.push([name, { dtype, shape, data_offsets: [at, end] }]);
    at = end;
  }
  // Built from parts: an object would put names that are numbers first, and lose one that is __proto__.
  const parts = entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return padded(new TextEncoder().encode(`{${parts.join(',')}}`));
}

/** Puts the length before the header and spaces after it, so that the tensors begin at a multiple of 8. */
function padded(json: Uint8Array): Uint8Array {
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(lengthBytes + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(json, lengthBytes);
  return bytes;
}

function parseObject(bytes: Uint8Array, file: string): Record<string, unknown> {
  if (bytes[0] !== 0x7b) throw invalid(file, 'its header does not begin with {');
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(file, 'its header is no JSON', error);
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) throw invalid(file, `its header has ${JSON.stringify(twice)} twice`);
  return value as Record<string, unknown>;
}

function tensorInfo(name: string, value: unknown, file: string): TensorInfo {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const bad = (problem: string): Error => invalid(file, `tensor ${JSON.stringify(name)} ${problem}`);
  if (!isDtype(dtype)) {
    throw bad(`is of type ${JSON.stringify(dtype)}; those read are ${Object.keys(dtypes).join(', ')}`);
  }
  if (!isSizes(shape)) throw bad('has no shape of whole numbers');
  if (!isSizes(offsets) || offsets.length !== 2) throw bad('has no two data_offsets');
  const [begin, end] = offsets as [number, number];
  const bytes = byteCount(name, dtype, shape, file);
  if (end - begin !== bytes) {
    throw bad(`has ${end - begin} bytes, and its shape [${shape.join(', ')}] of ${dtype} needs ${bytes}`);
  }
  return { name, dtype, shape, begin, end };
}

function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(dtypes, value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function byteCount(name: string, dtype: Dtype, shape: readonly number[], file: string): number {
  const bytes = elementsOf(shape) * dtypes[dtype].BYTES_PER_ELEMENT;
  if (Number.isSafeInteger(bytes)) return bytes;
  throw invalid(file, `tensor ${JSON.stringify(name)} has the impossible shape [${shape.join(', ')}]`);
}

/** Each tensor begins where the one before it ends, the first at 0, and the last ends with the file. */
function checkContiguous(
  infos: readonly TensorInfo[],
  { headerBytes, dataBytes, file }: { headerBytes: number; dataBytes: number; file: string },
): void {
  let at = 0;
  for (const { name, begin, end } of infos) {
    if (begin < at) throw invalid(file, `tensor ${JSON.stringify(name)} overlaps another`);
    if (begin > at)
      throw invalid(file, `there is a hole of ${begin - at} bytes before ${JSON.stringify(name)}`);
    at = end;
  }
  const expected = lengthBytes + headerBytes + at;
  const bytes = lengthBytes + headerBytes + dataBytes;
  if (dataBytes < at) throw alexnetError('ALEX_SAFETENSORS_TRUNCATED', { file, bytes, expected });
  if (dataBytes > at) throw invalid(file, `it has ${dataBytes - at} bytes after its last tensor`);
}

function checkMetadata(value: unknown, file: string): Record<string, string> {
  const good =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === 'string');
  if (!good) throw invalid(file, `its ${metadataKey} is no object of strings`);
  return value as Record<string, string>;
}

function invalid(file: string, problem: string, cause?: unknown): Error {
  return alexnetError('ALEX_SAFETENSORS_INVALID', { file, problem }, cause);
}
