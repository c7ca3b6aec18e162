/**
 * Tensors in files: what every format of them has in common. A reader gives a TensorFile, a writer takes
 * TensorSources; names, shapes and types come first, values one tensor at a time.
 */
import { alexnetError } from '../errors.ts';

/** Element types that are read, by safetensors' names, with the array that holds them; bfloat16 as its 16 bits. */
export const dtypes = {
  F64: Float64Array,
  F32: Float32Array,
  /** Looked up when it is needed: browsers of 2024 have none. Throws ALEX_TENSOR_FLOAT16 in those. */
  get F16(): Float16ArrayConstructor {
    if (typeof Float16Array === 'undefined') throw alexnetError('ALEX_TENSOR_FLOAT16', {});
    return Float16Array;
  },
  BF16: Uint16Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U64: BigUint64Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;
export type Dtype = keyof typeof dtypes;

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

/** What is known of a tensor before it is read. */
export interface TensorType {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** A tensor that was read. */
export interface SafeTensor extends TensorType {
  readonly values: TensorValues;
}

/** A file of tensors that is open: names, types and shapes are known and checked, values are read one by one. */
export interface TensorFile {
  /** By name, in the order of the file. */
  readonly tensors: ReadonlyMap<string, TensorType>;
  /** Texts that the file carries besides. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Reads one tensor. Throws ALEX_TENSOR_MISSING, ALEX_FILE_READ, and the format's own errors. */
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
  readonly read: () => TensorValues | Promise<TensorValues>;
}

/** A tensor to write that is in memory, or comes without waiting. */
export interface ReadyTensorSource extends TensorSource {
  readonly read: () => TensorValues;
}

/** How many elements a tensor of this shape has; not a safe integer when the shape is absurd. */
export function elementsOf(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);
}

/** Type and shape of a tensor to write. */
export function sourceType({ shape, dtype = 'F32' }: TensorSource): TensorType {
  return { shape, dtype };
}

/** The bytes of values that were read to be written, checked. Throws ALEX_TENSOR_SHAPE. */
export function sourceBytes(source: TensorSource, values: TensorValues): Uint8Array {
  const { dtype, shape } = sourceType(source);
  if (values.length !== elementsOf(shape) || !(values instanceof dtypes[dtype])) {
    throw alexnetError('ALEX_TENSOR_SHAPE', { name: source.name, expected: shape, got: [values.length] });
  }
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** The values as float32. Throws ALEX_TENSOR_TYPE unless they are of a floating-point type. */
export function float32Values(name: string, { dtype, values }: SafeTensor): Float32Array {
  switch (dtype) {
    case 'F32':
      return values as Float32Array;
    case 'F64':
    case 'F16':
      return new Float32Array(values as Float64Array | Float16Array);
    case 'BF16':
      return widenBfloat16(values as Uint16Array);
    default:
      throw alexnetError('ALEX_TENSOR_TYPE', { name, dtype });
  }
}

/** bfloat16 is the upper half of a float32. */
function widenBfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** Floating-point types that float32 values can be written as. */
export type FloatDtype = 'F32' | 'F16' | 'BF16';

/** float32 values in another type, rounded to the nearest. Throws ALEX_TENSOR_RANGE when one becomes infinite, and ALEX_TENSOR_FLOAT16. */
export function narrowValues(name: string, values: Float32Array, dtype: FloatDtype): TensorValues {
  if (dtype === 'F32') return values;
  const narrow = dtype === 'F16' ? new dtypes.F16(values) : narrowBfloat16(values);
  const bits = new Uint16Array(narrow.buffer);
  const infinity = dtype === 'F16' ? 0x7c00 : 0x7f80;
  for (let i = 0; i < bits.length; i++) {
    if ((bits[i]! & 0x7fff) !== infinity || !Number.isFinite(values[i])) continue;
    throw alexnetError('ALEX_TENSOR_RANGE', { name, value: values[i]!, dtype });
  }
  return narrow;
}

/** The upper half of each float32, rounded to the nearest, ties to even. NaN stays NaN: its payload may change. */
function narrowBfloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) {
    const upper = bits[i]! >>> 16;
    const isNan = (bits[i]! & 0x7fff_ffff) > 0x7f80_0000;
    halves[i] = isNan ? upper | 0x40 : (bits[i]! + 0x7fff + (upper & 1)) >>> 16;
  }
  return halves;
}
