/** Writes Python pickles, protocol 2, which every Python reads: plain data, and calls of functions by name. */

import { joinBytes } from './fileTarget.ts';

/** What can be written. A whole number becomes an int, another one a float; arrays are lists, Maps dicts. */
export type PickleSource =
  | null
  | boolean
  | number
  | string
  | readonly PickleSource[]
  | ReadonlyMap<string | number, PickleSource>
  | PickleForm;

/** What Python has and JavaScript has not. */
export type PickleForm =
  | { readonly form: 'tuple'; readonly items: readonly PickleSource[] }
  | { readonly form: 'float'; readonly value: number }
  /** A function or class. */
  | { readonly form: 'name'; readonly module: string; readonly name: string }
  | {
      readonly form: 'call';
      readonly callee: PickleForm;
      readonly args: readonly PickleSource[];
      /** Items of the dict that it makes. */
      readonly items?: ReadonlyMap<string | number, PickleSource>;
    }
  /** Something that lies outside of the pickle. */
  | { readonly form: 'persistent'; readonly id: PickleSource };

/** The bytes of a pickle. */
export function writePickle(value: PickleSource): Uint8Array {
  const parts: Uint8Array[] = [bytes(0x80, 2)];
  write(value, (part) => parts.push(part));
  parts.push(op('.'));
  return joinBytes(parts);
}

type Put = (part: Uint8Array) => void;

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

function op(opcode: string): Uint8Array {
  return bytes(opcode.charCodeAt(0));
}

/** So many bytes of a number. */
function field(length: number, set: (view: DataView) => void): Uint8Array {
  const content = new Uint8Array(length);
  set(new DataView(content.buffer));
  return content;
}

function write(value: PickleSource, put: Put): void {
  if (value === null) put(op('N'));
  else if (typeof value === 'boolean') put(bytes(value ? 0x88 : 0x89));
  else if (typeof value === 'number') writeNumber(value, put);
  else if (typeof value === 'string') writeText(value, put);
  else if (isList(value)) writeList(value, put);
  else if (value instanceof Map) writeDict(value, put);
  else writeForm(value as PickleForm, put);
}

function isList(value: PickleSource): value is readonly PickleSource[] {
  return Array.isArray(value);
}

function writeNumber(value: number, put: Put): void {
  if (!Number.isSafeInteger(value)) return writeFloat(value, put);
  if (value === (value | 0)) {
    put(op('J'));
    put(field(4, (view) => view.setInt32(0, value, true)));
  } else {
    put(bytes(0x8a, 8)); // LONG1
    put(field(8, (view) => view.setBigInt64(0, BigInt(value), true)));
  }
}

function writeFloat(value: number, put: Put): void {
  put(op('G'));
  put(field(8, (view) => view.setFloat64(0, value)));
}

function writeText(value: string, put: Put): void {
  const text = new TextEncoder().encode(value);
  put(op('X'));
  put(field(4, (view) => view.setUint32(0, text.length, true)));
  put(text);
}

function writeList(items: readonly PickleSource[], put: Put): void {
  put(op(']'));
  put(op('('));
  for (const item of items) write(item, put);
  put(op('e'));
}

function writeDict(items: ReadonlyMap<string | number, PickleSource>, put: Put): void {
  put(op('}'));
  writeItems(items, put);
}

function writeItems(items: ReadonlyMap<string | number, PickleSource>, put: Put): void {
  put(op('('));
  for (const [key, item] of items) {
    write(key, put);
    write(item, put);
  }
  put(op('u'));
}

function writeTuple(items: readonly PickleSource[], put: Put): void {
  put(op('('));
  for (const item of items) write(item, put);
  put(op('t'));
}

function writeForm(value: PickleForm, put: Put): void {
  switch (value.form) {
    case 'tuple':
      return writeTuple(value.items, put);
    case 'float':
      return writeFloat(value.value, put);
    case 'name':
      return put(new TextEncoder().encode(`c${value.module}\n${value.name}\n`));
    case 'call':
      writeForm(value.callee, put);
      writeTuple(value.args, put);
      put(op('R'));
      if (value.items !== undefined) writeItems(value.items, put);
      return;
    case 'persistent':
      write(value.id, put);
      return put(op('Q'));
  }
}
