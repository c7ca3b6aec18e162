/**
 * Reads Python pickles, protocols 0x80 2 to 5, without running anything. A pickle is a program that may call any
 * function by name: here it may only call those that the reader was given.
 */
import { latin1Bytes, latin1Text } from './latin1.ts';

/** A value made by a global: `build` takes what Python would give to __setstate__. */
export interface PickleObject {
  /** What it stands for, where its maker needs to tell. */
  readonly kind?: string;
  readonly build?: (state: PickleValue) => void;
}

/** What stands for a Python function or class. */
export type PickleGlobal = (args: readonly PickleValue[]) => PickleValue;

/**
 * bytes, bytearray and Python 2's str are Uint8Array; list, tuple and set are arrays; dict is Map, where keys of
 * bytes have become latin-1 strings; an int that no number holds exactly is a bigint.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleGlobal
  | PickleObject;

/** `_codecs.encode`: in protocol 2, Python 3 writes bytes as latin-1 text. */
export const encodedText: PickleGlobal = ([content]) => {
  if (typeof content !== 'string') throw new PickleError('it encodes what is no text');
  return latin1Bytes(content);
};

/** Why a pickle was refused; the caller says of which file. */
export class PickleError extends Error {}

/** The bytes end before the pickle does. */
export class PickleEndsEarly extends PickleError {
  constructor() {
    super('it ends early');
  }
}

/** The pickle asks for a function or class that it may not have. */
export class PickleRefused extends PickleError {
  /** `module.name`. */
  readonly asked: string;
  constructor(asked: string) {
    super(`it asks for ${asked}, which is not allowed`);
    this.asked = asked;
  }
}

/** What a pickle may use. */
export interface PickleContext {
  /** The allowed functions, by `module.name`. */
  readonly globals: Readonly<Record<string, PickleGlobal>>;
  /** What stands for a persistent id: something that lies outside of the pickle. Default: there is none. */
  readonly persistentLoad?: (id: PickleValue) => PickleValue;
}

/**
 * Most work that a pickle may ask for: instructions, and the values that it hands to functions, which may be the same
 * ones again and again. Each makes at most one small value, so that this bounds memory and time; the state of a large
 * network and its optimizer takes some ten thousand.
 */
const mostWork = 1_000_000;
/** So many bytes or characters are as much work as one value. */
const bytesOfWork = 256;
/** Longest key of a dict and longest name of a function, in bytes: both are looked up again and again. */
const mostNameBytes = 1024;

interface Machine extends PickleContext {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  work: number;
  readonly stack: PickleValue[];
  /** Heights of the stack at each MARK. */
  readonly marks: number[];
  readonly memo: Map<number, PickleValue>;
}

/** Reads one pickle. Throws PickleError. */
export function readPickle(bytes: Uint8Array, context: PickleContext): PickleValue {
  return readPickleAt(bytes, 0, context).value;
}

/** Reads the pickle that begins at a byte, and tells where it ends: files may hold several. Throws PickleError. */
export function readPickleAt(
  bytes: Uint8Array,
  from: number,
  context: PickleContext,
): { readonly value: PickleValue; readonly end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const machine: Machine = {
    ...context,
    bytes,
    view,
    at: from,
    work: 0,
    stack: [],
    marks: [],
    memo: new Map(),
  };
  for (;;) {
    addWork(machine, 1);
    const code = machine.view.getUint8(advance(machine, 1));
    if (code === STOP) return { value: pop(machine), end: machine.at };
    const run = operations[code];
    if (run === undefined) throw new PickleError(`opcode 0x${code.toString(16)} is not allowed`);
    run(machine);
  }
}

function addWork(machine: Machine, work: number): void {
  machine.work += work;
  if (machine.work > mostWork) throw new PickleError('it is too much work to read');
}

/** What it takes a function to look at a value and what is in it. */
function workOf(value: PickleValue): number {
  return Array.isArray(value) ? value.reduce<number>((sum, item) => sum + sizeOf(item), 1) : sizeOf(value);
}

function sizeOf(value: PickleValue): number {
  if (Array.isArray(value)) return 1 + value.length;
  if (value instanceof Map) return 1 + value.size;
  const isLong = typeof value === 'string' || value instanceof Uint8Array;
  return isLong ? 1 + value.length / bytesOfWork : 1;
}

const STOP = 0x2e;

/** Moves on by so many bytes; returns where they begin. */
function advance(machine: Machine, count: number): number {
  const from = machine.at;
  if (count > machine.bytes.length - from) throw new PickleEndsEarly();
  machine.at += count;
  return from;
}

function take(machine: Machine, count: number): Uint8Array {
  const from = advance(machine, count);
  return machine.bytes.subarray(from, from + count);
}

function line(machine: Machine): string {
  const end = machine.bytes.indexOf(0x0a, machine.at);
  if (end < 0) throw new PickleEndsEarly();
  const content = take(machine, end - machine.at);
  advance(machine, 1);
  return latin1Text(content);
}

function pop(machine: Machine): PickleValue {
  const value = machine.stack.pop();
  const floor = machine.marks.at(-1) ?? 0;
  if (value === undefined || machine.stack.length < floor) throw new PickleError('its stack is empty');
  return value;
}

function top(machine: Machine): PickleValue {
  const value = pop(machine);
  machine.stack.push(value);
  return value;
}

function popToMark(machine: Machine): PickleValue[] {
  const mark = machine.marks.pop();
  if (mark === undefined) throw new PickleError('a mark is missing');
  return machine.stack.splice(mark);
}

function popTuple(machine: Machine, count: number): PickleValue[] {
  return Array.from({ length: count }, () => pop(machine)).reverse();
}

function setItems(machine: Machine, items: readonly PickleValue[]): void {
  const target = top(machine);
  if (!(target instanceof Map) || items.length % 2 !== 0) throw new PickleError('items are set on no dict');
  for (let i = 0; i < items.length; i += 2) {
    target.set(dictKey(items[i]!), items[i + 1]!);
  }
}

function dictKey(key: PickleValue): PickleValue {
  if (typeof key !== 'string' && !(key instanceof Uint8Array)) return key;
  if (key.length > mostNameBytes) throw new PickleError('a key of a dict is too long');
  return typeof key === 'string' ? key : latin1Text(key);
}

function append(machine: Machine, items: readonly PickleValue[]): void {
  const target = top(machine);
  if (!Array.isArray(target)) throw new PickleError('items are appended to no list');
  for (const item of items) target.push(item);
}

function findGlobal(machine: Machine, module: PickleValue, name: PickleValue): PickleGlobal {
  if (typeof module !== 'string' || typeof name !== 'string') throw new PickleError('a name is no string');
  if (module.length + name.length > mostNameBytes)
    throw new PickleError('the name of a function is too long');
  const path = `${module}.${name}`;
  const found = Object.hasOwn(machine.globals, path) ? machine.globals[path] : undefined;
  if (found === undefined) throw new PickleRefused(path);
  return found;
}

function call(machine: Machine): PickleValue {
  const args = pop(machine);
  const callee = pop(machine);
  if (typeof callee !== 'function' || !Array.isArray(args))
    throw new PickleError('it calls what is no function');
  addWork(machine, workOf(args));
  return callee(args);
}

function build(machine: Machine): void {
  const state = pop(machine);
  const target = top(machine);
  // Attributes of a dict, such as the versions that PyTorch notes of a state_dict's modules, are no data.
  if (target instanceof Map) return;
  if (target === null || typeof target !== 'object' || !('build' in target) || target.build === undefined) {
    throw new PickleError('it sets the state of what has none');
  }
  addWork(machine, workOf(state));
  target.build(state);
}

function remember(machine: Machine, key: number): void {
  machine.memo.set(key, top(machine));
}

function recall(machine: Machine, key: number): PickleValue {
  const value = machine.memo.get(key);
  if (value === undefined) throw new PickleError('it refers to what it has not made');
  return value;
}

function persistent(machine: Machine): PickleValue {
  const id = pop(machine);
  if (machine.persistentLoad === undefined) throw new PickleError('it refers to what lies outside of it');
  addWork(machine, workOf(id));
  return machine.persistentLoad(id);
}

/** An integer of up to 255 bytes, little-endian, in two's complement. */
function smallLong(machine: Machine): number | bigint {
  const content = take(machine, uint8(machine));
  const bits = content.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const value = BigInt.asIntN(8 * content.length, bits);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function uint8(machine: Machine): number {
  return machine.view.getUint8(advance(machine, 1));
}

function uint32(machine: Machine): number {
  return machine.view.getUint32(advance(machine, 4), true);
}

function uint64(machine: Machine): number {
  return Number(machine.view.getBigUint64(advance(machine, 8), true));
}

function unicode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

type Push = (machine: Machine) => PickleValue;

function push(value: Push): (machine: Machine) => void {
  return (machine) => {
    machine.stack.push(value(machine));
  };
}

/** By opcode; the names are those of Python's pickletools. */
const operations: Readonly<Record<number, (machine: Machine) => void>> = {
  0x80: uint8, // PROTO
  0x95: uint64, // FRAME
  0x28: (m) => m.marks.push(m.stack.length), // MARK
  0x30: pop, // POP
  0x4e: push(() => null), // NONE
  0x88: push(() => true), // NEWTRUE
  0x89: push(() => false), // NEWFALSE
  0x4a: push((m) => m.view.getInt32(advance(m, 4), true)), // BININT
  0x4b: push(uint8), // BININT1
  0x4d: push((m) => m.view.getUint16(advance(m, 2), true)), // BININT2
  0x8a: push(smallLong), // LONG1
  0x47: push((m) => m.view.getFloat64(advance(m, 8))), // BINFLOAT
  0x55: push((m) => take(m, uint8(m))), // SHORT_BINSTRING
  0x54: push((m) => take(m, uint32(m))), // BINSTRING
  0x43: push((m) => take(m, uint8(m))), // SHORT_BINBYTES
  0x42: push((m) => take(m, uint32(m))), // BINBYTES
  0x8e: push((m) => take(m, uint64(m))), // BINBYTES8
  0x96: push((m) => take(m, uint64(m))), // BYTEARRAY8
  0x8c: push((m) => unicode(take(m, uint8(m)))), // SHORT_BINUNICODE
  0x58: push((m) => unicode(take(m, uint32(m)))), // BINUNICODE
  0x8d: push((m) => unicode(take(m, uint64(m)))), // BINUNICODE8
  0x5d: push(() => []), // EMPTY_LIST
  0x8f: push(() => []), // EMPTY_SET
  0x29: push(() => []), // EMPTY_TUPLE
  0x7d: push(() => new Map()), // EMPTY_DICT
  0x74: (m) => m.stack.push(popToMark(m)), // TUPLE
  0x85: push((m) => popTuple(m, 1)), // TUPLE1
  0x86: push((m) => popTuple(m, 2)), // TUPLE2
  0x87: push((m) => popTuple(m, 3)), // TUPLE3
  0x61: (m) => append(m, [pop(m)]), // APPEND
  0x65: (m) => append(m, popToMark(m)), // APPENDS
  0x90: (m) => append(m, popToMark(m)), // ADDITEMS
  0x73: (m) => setItems(m, popTuple(m, 2)), // SETITEM
  0x75: (m) => setItems(m, popToMark(m)), // SETITEMS
  0x71: (m) => remember(m, uint8(m)), // BINPUT
  0x72: (m) => remember(m, uint32(m)), // LONG_BINPUT
  0x94: (m) => remember(m, m.memo.size), // MEMOIZE
  0x68: push((m) => recall(m, uint8(m))), // BINGET
  0x6a: push((m) => recall(m, uint32(m))), // LONG_BINGET
  0x63: push((m) => findGlobal(m, line(m), line(m))), // GLOBAL
  0x93: (m) => {
    const [module, name] = popTuple(m, 2);
    m.stack.push(findGlobal(m, module!, name!));
  }, // STACK_GLOBAL
  0x51: push(persistent), // BINPERSID
  0x52: push(call), // REDUCE
  0x62: build, // BUILD
};
