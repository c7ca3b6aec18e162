/** An assembler that writes no code but counts instructions. */
import type { KernelSource, Pointer, Splat, Vector, VectorAssembler } from '../assembler/vector.ts';

/** Instructions without a jump between them. */
export interface Straight {
  multiplyAdds: number;
  arithmetic: number;
  loads: number;
  stores: number;
  others: number;
  /** Dependent additions in the longest chain from one turn to the next. */
  chain: number;
}

export interface Loop {
  /** A number, or the index of the parameter that says it. */
  readonly times: { readonly constant: number } | { readonly parameter: number };
  readonly body: Block;
}

export type Block = (Straight | Loop)[];

/** Additions in the time of a division or a root, about, on processors of these years. */
const divisions = 8;

interface Counter {
  /** The part without jumps that instructions are counted in. */
  straight(): Straight;
  /** A register gets a value that depends on nothing before it. */
  fresh(register: number): void;
  /** `to` gets a value that waits for all of `from`. */
  combine(to: number, from: readonly number[]): void;
  repeat(times: Loop['times'], body: () => void): void;
  readonly whole: Block;
}

function createCounter(): Counter {
  const whole: Block = [];
  let block = whole;
  /** Dependent additions since the turn began, of registers that hold something from the turn before. */
  let chains = new Map<number, number>();
  const straight = (): Straight => {
    const last = block.at(-1);
    if (last && !('times' in last)) return last;
    const next: Straight = { multiplyAdds: 0, arithmetic: 0, loads: 0, stores: 0, others: 0, chain: 0 };
    block.push(next);
    chains = new Map();
    return next;
  };
  return {
    whole,
    straight,
    fresh: (register) => void chains.set(register, -Infinity),
    combine(to, from) {
      const part = straight();
      const after = Math.max(...from.map((register) => chains.get(register) ?? 0)) + 1;
      chains.set(to, after);
      // Only what began the turn in the same register goes on in the next.
      if (from.includes(to)) part.chain = Math.max(part.chain, after);
    },
    repeat(times, body) {
      const outer = block;
      const loop: Loop = { times, body: [] };
      outer.push(loop);
      block = loop.body;
      body();
      block = outer;
      chains = new Map();
    },
  };
}

/** Emits the kernel for vectors of so many lanes, and counts. */
export function countInstructions({ parameters, emit }: KernelSource, lanes: number): Block {
  const counter = createCounter();
  const pointers = createPointers(counter, parameters);
  const assembler: VectorAssembler = {
    lanes,
    ...countedVectors(counter, pointers.register),
    ...pointers.assembler,
  };
  emit(
    assembler,
    Array.from({ length: parameters }, (_, index) => index as Pointer),
  );
  return counter.whole;
}

type VectorPart = Omit<VectorAssembler, 'lanes' | keyof PointerPart>;

function countedVectors(counter: Counter, register: () => number): VectorPart {
  const { straight, fresh, combine } = counter;
  const arithmetic = (to: number, from: readonly number[], instructions = 1): void => {
    straight().arithmetic += instructions;
    combine(to, from);
  };
  const loaded = (to: number): void => {
    straight().loads++;
    fresh(to);
  };
  return {
    vector: () => register() as Vector,
    splat: () => register() as Splat,
    zero(to) {
      straight().others++;
      fresh(to);
    },
    load: loaded,
    broadcast: loaded,
    store: () => void straight().stores++,
    multiplyAdd(to, x, y) {
      straight().multiplyAdds++;
      combine(to, [to, x, y]);
    },
    multiply: (to, x, y) => arithmetic(to, [x, y]),
    product: (to, x, y) => arithmetic(to, [x, y]),
    divide: (to, x, y) => arithmetic(to, [x, y], divisions),
    squareRoot: (to, x) => arithmetic(to, [x], divisions),
    add: (to, x, y) => arithmetic(to, [x, y]),
    subtract: (to, x, y) => arithmetic(to, [x, y]),
    max: (to, x, y) => arithmetic(to, [x, y]),
    rectify: (to, x) => arithmetic(to, [x]),
    keepWherePositive: (to, x, y) => arithmetic(to, [x, y], 2),
    takeWhereEqual(to, value, x, y) {
      arithmetic(to, [to, value, x, y], 3);
      arithmetic(value, [value, x, y], 1);
    },
  };
}

type PointerPart = Pick<
  VectorAssembler,
  'pointer' | 'prefetch' | 'copy' | 'advance' | 'addPointer' | 'loadPointer' | 'repeat' | 'loop'
>;

function createPointers(
  { straight, repeat }: Counter,
  parameters: number,
): { readonly register: () => number; readonly assembler: PointerPart } {
  let registers = parameters;
  const register = (): number => registers++;
  /** Which parameter a pointer is a copy of. */
  const origin = new Map<number, number>();
  const parameterOf = (pointer: number): number | undefined =>
    pointer < parameters ? pointer : origin.get(pointer);
  const assembler: PointerPart = {
    pointer: () => register() as Pointer,
    prefetch: () => void straight().others++,
    copy(to, from) {
      straight().others++;
      const parameter = parameterOf(from);
      if (parameter !== undefined) origin.set(to, parameter);
    },
    advance: () => void straight().others++,
    addPointer: () => void straight().others++,
    loadPointer(to) {
      straight().loads++;
      origin.delete(to);
    },
    repeat(times, body) {
      if (times === 1) body();
      else repeat({ constant: times }, body);
    },
    loop(times, body) {
      const parameter = parameterOf(times);
      if (parameter === undefined) throw new TypeError('a loop runs as often as no parameter says');
      repeat({ parameter }, body);
    },
  };
  return { register, assembler };
}
