/**
 * Reads Python pickles, protocols 0x80 2 to 5, without running anything. A pickle is a program that may call any
 * function by name: here it may only call those that the reader was given.
 */

/** A value made by a global: `build` takes what Python would give to __setstate__. */
export interface PickleObject {
  readonly build?: (state: PickleValue) => void;
}

/** What stands for a Python function or class. */
export type PickleGlobal = (args: readonly PickleValue[]) => PickleValue;

/** bytes, bytearray and Python 2's str are Uint8Array; dict is Map, where keys of bytes have become latin-1 strings. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleGlobal
  | PickleObject;

/** Why a pickle was refused; the caller says of which file. */
export class PickleError extends Error {}

interface Machine {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly globals: Readonly<Record<string, PickleGlobal>>;
  at: number;
  readonly stack: PickleValue[];
  /** Heights of the stack at each MARK. */
  readonly marks: number[];
  readonly memo: Map<number, PickleValue>;
}

/** Reads one pickle. `globals` are the allowed functions, by `module.name`. Throws PickleError. */
export function readPickle(bytes: Uint8Array, globals: Readonly<Record<string, PickleGlobal>>): PickleValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const machine: Machine = { bytes, view, globals, at: 0, stack: [], marks: [], memo: new Map() };
  for (;;) {
    const code = machine.view.getUint8(advance(machine, 1));
    if (code === STOP) return pop(machine);
    const run = operations[code];
    if (run === undefined) throw new PickleError(`opcode 0x${code.toString(16)} is not allowed`);
    run(machine);
  }
}

const STOP = 0x2e;

/** Moves on by so many bytes; returns where they begin. */
function advance(machine: Machine, count: number): number {
  const from = machine.at;
  if (count > machine.bytes.length - from) throw new PickleError('it ends early');
  machine.at += count;
  return from;
}

function take(machine: Machine, count: number): Uint8Array {
  const from = advance(machine, count);
  return machine.bytes.subarray(from, from + count);
}

function line(machine: Machine): string {
  const end = machine.bytes.indexOf(0x0a, machine.at);
  if (end < 0) throw new PickleError('it ends early');
  const content = take(machine, end - machine.at);
  advance(machine, 1);
  return latin1(content);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
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
    const key = items[i]!;
    target.set(key instanceof Uint8Array ? latin1(key) : key, items[i + 1]!);
  }
}

function append(machine: Machine, items: readonly PickleValue[]): void {
  const target = top(machine);
  if (!Array.isArray(target)) throw new PickleError('items are appended to no list');
  for (const item of items) target.push(item);
}

function findGlobal(machine: Machine, module: PickleValue, name: PickleValue): PickleGlobal {
  if (typeof module !== 'string' || typeof name !== 'string') throw new PickleError('a name is no string');
  const path = `${module}.${name}`;
  const found = Object.hasOwn(machine.globals, path) ? machine.globals[path] : undefined;
  if (found === undefined) throw new PickleError(`it asks for ${path}, which is not allowed`);
  return found;
}

function call(machine: Machine): PickleValue {
  const args = pop(machine);
  const callee = pop(machine);
  if (typeof callee !== 'function' || !Array.isArray(args))
    throw new PickleError('it calls what is no function');
  return callee(args);
}

function build(machine: Machine): void {
  const state = pop(machine);
  const target = top(machine);
  if (target === null || typeof target !== 'object' || !('build' in target) || target.build === undefined) {
    throw new PickleError('it sets the state of what has none');
  }
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

function smallLong(machine: Machine): number {
  const content = take(machine, machine.view.getUint8(advance(machine, 1)));
  if (content.length > 6) throw new PickleError('a number is too long');
  const size = content.length;
  return size === 0 ? 0 : Buffer.from(content).readIntLE(0, size);
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
  0x29: push(() => []), // EMPTY_TUPLE
  0x7d: push(() => new Map()), // EMPTY_DICT
  0x74: (m) => m.stack.push(popToMark(m)), // TUPLE
  0x85: push((m) => popTuple(m, 1)), // TUPLE1
  0x86: push((m) => popTuple(m, 2)), // TUPLE2
  0x87: push((m) => popTuple(m, 3)), // TUPLE3
  0x61: (m) => append(m, [pop(m)]), // APPEND
  0x65: (m) => append(m, popToMark(m)), // APPENDS
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
  0x52: push(call), // REDUCE
  0x62: build, // BUILD
};
