/** Runs an emitter against a vector assembler that only writes down what it is told. */
import type { KernelSource, Pointer, Splat, Vector, VectorAssembler } from '../vector.ts';
import type { Address, Instruction, VectorOperation } from './instructions.ts';

export interface Recording {
  readonly name: string;
  /** Pointers 0, 1, … hold the parameters at first. */
  readonly parameters: number;
  readonly instructions: readonly Instruction[];
}

/** Throws when an offset cannot be a displacement: at most 2^31 - 1. */
export function record(source: KernelSource, lanes: number): Recording {
  const instructions: Instruction[] = [];
  const recorder = createRecorder(instructions, source.parameters, lanes);
  const parameters = Array.from({ length: source.parameters }, (_, index) => index as Pointer);
  source.emit(recorder, parameters);
  return { name: source.name, parameters: source.parameters, instructions };
}

function addressOf(pointer: number, offset: number): Address {
  if (!Number.isInteger(offset) || offset < 0 || offset >= 2 ** 31)
    throw new RangeError(`${offset} cannot be the offset of an address`);
  return { pointer, offset };
}

function createRecorder(instructions: Instruction[], parameters: number, lanes: number): VectorAssembler {
  let [vectors, pointers] = [0, parameters];
  const pointer = (): Pointer => pointers++ as Pointer;
  const vector = (): Vector => vectors++ as Vector;
  const put = (instruction: Instruction): void => void instructions.push(instruction);
  const operate = (operation: VectorOperation, ...operands: number[]): void =>
    put({ kind: 'vector', operation, vectors: operands });
  const access = (operation: VectorOperation, operand: number, from: number, offset: number): void =>
    put({ kind: 'vector', operation, vectors: [operand], address: addressOf(from, offset) });
  return {
    lanes,
    vector,
    splat: () => vectors++ as Splat,
    pointer,
    zero: (to) => operate('zero', to),
    load: (to, from, offset) => access('load', to, from, offset),
    store: (from, to, offset) => access('store', from, to, offset),
    broadcast: (to, from, offset) => access('broadcast', to, from, offset),
    multiplyAdd: (to, a, b) => operate('multiplyAdd', to, a, b),
    multiply: (to, a, b) => operate('multiply', to, a, b),
    product: (to, a, b) => operate('product', to, a, b),
    divide: (to, a, b) => operate('divide', to, a, b),
    squareRoot: (to, a) => operate('squareRoot', to, a),
    add: (to, a, b) => operate('add', to, a, b),
    subtract: (to, a, b) => operate('subtract', to, a, b),
    max: (to, a, b) => operate('max', to, a, b),
    rectify: (to, a) => operate('rectify', to, a, vector()),
    keepWherePositive: (to, a, b) => operate('keepWherePositive', to, a, b, vector()),
    takeWhereEqual: (to, value, a, b) => operate('takeWhereEqual', to, value, a, b, vector(), vector()),
    prefetch: (from, offset, use) => put({ kind: 'prefetch', address: addressOf(from, offset), use }),
    copy: (to, from) => put({ kind: 'copy', to, from }),
    advance(to, bytes) {
      if (bytes !== 0) put({ kind: 'advance', to, bytes });
    },
    addPointer: (to, from) => put({ kind: 'addPointer', to, from }),
    loadPointer: (to, from, offset) => put({ kind: 'loadPointer', to, address: addressOf(from, offset) }),
    repeat(times, body) {
      if (times === 1) return body();
      const counter = pointer();
      put({ kind: 'repeatStart', counter, times });
      body();
      put({ kind: 'loopEnd', counter });
    },
    loop(times, body) {
      const counter = pointer();
      put({ kind: 'loopStart', counter, times });
      body();
      put({ kind: 'loopEnd', counter });
    },
  };
}
