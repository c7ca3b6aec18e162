/**
 * Reads messages of Protocol Buffers field by field, where they lie: a field of hundreds of megabytes is a range of
 * the file and nothing more. What is wrong or takes too much is told as a sentence, by `fault`.
 */
import type { ByteSource } from './byteSource.ts';
import { wireTypes } from './wireTypes.ts';

/** Bytes [begin, end) of the source. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

export interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Of a varint, as a signed number of 64 bits; rounded beyond 2^53. */
  readonly value: number;
  /** The field's content; of bytes, without their length. */
  readonly content: Range;
}

export interface MessageReader {
  /** The fields of a message, in order, whatever their numbers. */
  fields(message: Range): Generator<Field>;
  /** UTF-8. */
  text(field: Field): string;
  /** Of type float. */
  float(field: Field): number;
  /** Of a repeated field of type float: one value, or several packed. */
  floats(field: Field): number[];
  /** Of a repeated field of whole numbers: one value, or several packed. */
  wholes(field: Field): number[];
  /** A message in the message. */
  message(field: Field): Range;
  /** Counts memory that is kept for what was read. */
  spend(bytes: number): void;
}

/** What a field costs at least, for the objects that it becomes. */
const fieldBytes = 64;

/**
 * A reader that keeps no more than about `mostBytes` of memory, however small the pieces of the source.
 * Its methods throw what `fault` makes, and system errors.
 */
export function createMessageReader(
  source: ByteSource,
  mostBytes: number,
  fault: (problem: string) => Error,
): MessageReader {
  let spent = 0;

  function spend(bytes: number): void {
    spent += bytes;
    if (spent > mostBytes)
      throw fault(`its description, without the weights, takes more than ${mostBytes / 2 ** 20} MiB`);
  }

  function expectType(field: Field, wireType: number): void {
    if (field.wireType !== wireType) {
      throw fault(
        `field ${field.number} at byte ${field.content.begin} is of wire type ${field.wireType}, expected ${wireType}`,
      );
    }
  }

  function* fields({ begin, end }: Range): Generator<Field> {
    for (let at = begin; at < end;) {
      spend(fieldBytes);
      const tag = readVarint(source, at, end, fault);
      const [number, wireType] = [Math.floor(tag.value / 8), tag.value % 8];
      const field = readField(source, { number, wireType, at: tag.end, end }, fault);
      at = field.content.end;
      yield field;
    }
  }

  function text(field: Field): string {
    expectType(field, wireTypes.bytes);
    const { begin, end } = field.content;
    spend(2 * (end - begin));
    return new TextDecoder().decode(source.slice(begin, end));
  }

  function floatsIn({ begin, end }: Range): number[] {
    if ((end - begin) % 4 !== 0) throw fault(`the floats at byte ${begin} are ${end - begin} bytes`);
    spend(2 * (end - begin));
    return Array.from(new Float32Array(source.slice(begin, end).slice().buffer));
  }

  return {
    fields,
    text,
    spend,
    float(field) {
      expectType(field, wireTypes.fixed32);
      return floatsIn(field.content)[0]!;
    },
    floats(field) {
      if (field.wireType !== wireTypes.fixed32) expectType(field, wireTypes.bytes);
      return floatsIn(field.content);
    },
    wholes(field) {
      if (field.wireType === wireTypes.varint) return [field.value];
      expectType(field, wireTypes.bytes);
      const { begin, end } = field.content;
      const values: number[] = [];
      for (let at = begin; at < end;) {
        spend(8);
        const varint = readVarint(source, at, end, fault);
        values.push(varint.value);
        at = varint.end;
      }
      return values;
    },
    message(field) {
      expectType(field, wireTypes.bytes);
      return field.content;
    },
  };
}

interface Varint {
  readonly value: number;
  readonly end: number;
}

/** A number of at most ten bytes that ends before `end`. */
function readVarint(
  source: Pick<ByteSource, 'byteAt'>,
  begin: number,
  end: number,
  fault: (problem: string) => Error,
): Varint {
  let value = 0;
  for (let at = begin, scale = 1; at < Math.min(begin + 7, end); at++, scale *= 128) {
    const byte = source.byteAt(at);
    value += (byte & 127) * scale;
    if (byte < 128) return { value, end: at + 1 };
  }
  let bits = BigInt(value);
  for (let at = begin + 7, shift = 49n; at < Math.min(begin + 10, end); at++, shift += 7n) {
    const byte = source.byteAt(at);
    bits |= BigInt(byte & 127) << shift;
    if (byte < 128) return { value: Number(BigInt.asIntN(64, bits)), end: at + 1 };
  }
  throw fault(`the number at byte ${begin} has no end`);
}

interface FieldStart {
  readonly number: number;
  readonly wireType: number;
  /** Where its value begins. */
  readonly at: number;
  /** Of the message. */
  readonly end: number;
}

function readField(
  source: ByteSource,
  { number, wireType, at, end }: FieldStart,
  fault: (problem: string) => Error,
): Field {
  if (number < 1) throw fault(`there is no field ${number}, at byte ${at}`);
  if (wireType === wireTypes.varint) {
    const varint = readVarint(source, at, end, fault);
    return { number, wireType, value: varint.value, content: { begin: at, end: varint.end } };
  }
  const length = contentLength(source, { number, wireType, at, end }, fault);
  if (length.value < 0 || length.end + length.value > end) {
    throw fault(`field ${number} at byte ${at} ends after what it is in`);
  }
  return { number, wireType, value: 0, content: { begin: length.end, end: length.end + length.value } };
}

/** How many bytes the content has, and where it begins. */
function contentLength(
  source: ByteSource,
  { number, wireType, at, end }: FieldStart,
  fault: (problem: string) => Error,
): Varint {
  switch (wireType) {
    case wireTypes.bytes:
      return readVarint(source, at, end, fault);
    case wireTypes.fixed32:
      return { value: 4, end: at };
    case wireTypes.fixed64:
      return { value: 8, end: at };
    default:
      throw fault(`field ${number} at byte ${at} is of wire type ${wireType}, which there is not`);
  }
}

/** Whole numbers that lie next to each other in memory, as a signed number of 64 bits each. */
export function unpackVarints(bytes: Uint8Array, fault: (problem: string) => Error): number[] {
  const source = { byteAt: (at: number) => bytes[at]! };
  const values: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const { value, end } = readVarint(source, at, bytes.length, fault);
    values.push(value);
    at = end;
  }
  return values;
}
