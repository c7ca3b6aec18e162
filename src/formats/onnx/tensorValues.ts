import type { OpenedFile } from '../openedFile.ts';
import { unpackVarints, type Range } from '../protobuf/decode.ts';
import {
  dtypes,
  elementsOf,
  type Dtype,
  type SafeTensor,
  type TensorType,
  type TensorValues,
} from '../tensors.ts';
import { elementTypes, tensorFields, type OnnxTensor } from './model.ts';
import { quoted } from '../quoted.ts';

/** Makes the error that says what is wrong with a file. */
type Fault = (problem: string) => Error;

/**
 * Type and shape, and whether as many values are in the file. Throws what `fault` makes where that cannot be; of values
 * in another file or number by number, reading tells.
 */
export function tensorType(tensor: OnnxTensor, fault: Fault): TensorType {
  const { name, elementType, shape, data, external } = tensor;
  const dtype = elementTypes[elementType];
  if (dtype === undefined) {
    throw fault(`tensor ${quoted(name)} is of element type ${elementType}, which is not supported`);
  }
  const sizes = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!sizes || !Number.isSafeInteger(elementsOf(shape))) {
    throw fault(`tensor ${quoted(name)} is [${shape.slice(0, 8).join(', ')}], which cannot be`);
  }
  const type = { dtype, shape };
  if (external !== undefined) return type;
  const raw = data.get(tensorFields.raw);
  if (raw !== undefined) checkLength(tensor, lengthOf(raw.slice(-1)), byteCount(type), fault);
  else if (dtype === 'F32' || dtype === 'F64') {
    checkLength(tensor, lengthOf(data.get(typedFields[dtype]) ?? []), byteCount(type), fault);
  }
  return type;
}

/**
 * Reads a tensor's values, from the model's file or the one beside it that the tensor names.
 * Throws what `fault` makes, and ALEX_FILE_READ.
 */
export async function readTensorValues(
  tensor: OnnxTensor,
  file: OpenedFile,
  fault: Fault,
): Promise<SafeTensor> {
  const type = tensorType(tensor, fault);
  return { ...type, values: await readValues(tensor, type, { file, fault }) };
}

/** The file that a tensor is read from. */
interface TensorPlace {
  readonly file: OpenedFile;
  readonly fault: Fault;
}

async function readValues(tensor: OnnxTensor, type: TensorType, place: TensorPlace): Promise<TensorValues> {
  const { data, external } = tensor;
  const bytes = byteCount(type);
  if (external !== undefined) return valuesOf(type.dtype, await readExternal(tensor, external, bytes, place));
  const raw = data.get(tensorFields.raw)?.at(-1);
  if (raw !== undefined) return valuesOf(type.dtype, await place.file.read(raw.begin, bytes));
  return readTyped(tensor, type, place);
}

function byteCount({ dtype, shape }: TensorType): number {
  return elementsOf(shape) * dtypes[dtype].BYTES_PER_ELEMENT;
}

function lengthOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { begin, end }) => sum + end - begin, 0);
}

function valuesOf(dtype: Dtype, buffer: ArrayBuffer): TensorValues {
  return new dtypes[dtype](buffer);
}

function checkLength({ name }: OnnxTensor, got: number, expected: number, fault: Fault): void {
  if (got === expected) return;
  const [has, needs] = [got, expected].map((bytes) => bytes.toLocaleString('en'));
  throw fault(`tensor ${quoted(name)} has ${has} bytes, expected ${needs}`);
}

/** The field that holds values of a type one by one. */
const typedFields: Readonly<Record<Dtype, number>> = {
  F32: tensorFields.floats,
  F64: tensorFields.doubles,
  I64: tensorFields.int64s,
  U64: tensorFields.uint64s,
  U32: tensorFields.uint64s,
  I32: tensorFields.int32s,
  I16: tensorFields.int32s,
  U16: tensorFields.int32s,
  I8: tensorFields.int32s,
  U8: tensorFields.int32s,
  BOOL: tensorFields.int32s,
  // As their 16 bits.
  F16: tensorFields.int32s,
  BF16: tensorFields.int32s,
};

async function readTyped(
  tensor: OnnxTensor,
  { dtype, shape }: TensorType,
  place: TensorPlace,
): Promise<TensorValues> {
  const bytes = await readRanges(tensor.data.get(typedFields[dtype]) ?? [], place);
  if (dtype === 'F32' || dtype === 'F64') return valuesOf(dtype, bytes.buffer);
  const numbers = unpackVarints(bytes, place.fault);
  const elements = elementsOf(shape);
  if (numbers.length !== elements) {
    throw place.fault(`tensor ${quoted(tensor.name)} has ${numbers.length} values, expected ${elements}`);
  }
  if (dtype === 'F16') return valuesOf(dtype, Uint16Array.from(numbers).buffer);
  if (dtype === 'I64') return BigInt64Array.from(numbers, BigInt);
  if (dtype === 'U64') return BigUint64Array.from(numbers, BigInt);
  return dtypes[dtype].from(numbers);
}

/** The bytes of all the ranges, one after the other. */
async function readRanges(ranges: readonly Range[], { file }: TensorPlace): Promise<Uint8Array<ArrayBuffer>> {
  const length = lengthOf(ranges);
  if (ranges.length === 1) return new Uint8Array(await file.read(ranges[0]!.begin, length));
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const { begin, end } of ranges) {
    bytes.set(new Uint8Array(await file.read(begin, end - begin)), at);
    at += end - begin;
  }
  return bytes;
}

/** Values in a file of their own, in the model's folder or below it: an ONNX file may not read any other. */
async function readExternal(
  tensor: OnnxTensor,
  external: Readonly<Record<string, string>>,
  bytes: number,
  { file, fault }: TensorPlace,
): Promise<ArrayBuffer> {
  const location = external['location'] ?? '';
  const title = `tensor ${quoted(tensor.name)} is`;
  if (file.openBeside === undefined)
    throw fault(`${title} in another file, ${quoted(location)}; expected all in one`);
  const [offset, length] = [Number(external['offset'] ?? 0), Number(external['length'] ?? bytes)];
  const beside = await file.openBeside(location);
  if (beside === undefined) throw fault(`${title} in ${quoted(location)}, which is no file beside it`);
  try {
    const { size } = beside;
    if (length !== bytes || !Number.isSafeInteger(offset) || offset < 0 || offset + bytes > size) {
      throw fault(
        `${title} ${length} bytes from ${offset} of ${quoted(location)}, which has ${size}; expected ${bytes}`,
      );
    }
    return await beside.read(offset, bytes);
  } finally {
    await beside.close();
  }
}
