/**
 * The vector assembler for WebAssembly. A vector is one v128, or two that V8 can widen to one AVX2 register when
 * the same operation is done to both next to each other.
 */
import type { KernelSource, Pointer, Splat, Vector, VectorAssembler } from './vector.ts';
import { signed, unsigned, wasmModule, wasmTypes, type WasmFunction, type WasmType } from './wasmModule.ts';

const op = {
  loop: 0x03,
  end: 0x0b,
  branchIf: 0x0d,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Load: 0x28,
  i32Const: 0x41,
  i32Add: 0x6a,
  i32Sub: 0x6b,
} as const;

/** Opcodes after the prefix 0xfd (SIMD and relaxed SIMD). */
const simd = {
  load: 0x00,
  load32Splat: 0x09,
  store: 0x0b,
  constant: 0x0c,
  equal: 0x41,
  greater: 0x44,
  and: 0x4e,
  andNot: 0x4f,
  add: 0xe4,
  squareRoot: 0xe3,
  subtract: 0xe5,
  multiply: 0xe6,
  divide: 0xe7,
  pseudoMax: 0xeb,
  relaxedMultiplyAdd: 0x105,
} as const;

const simdPrefix = 0xfd;
const noBlockType = 0x40;
/** Alignment hint of 2^2 bytes: what a float32 has. */
const floatAlignment = 2;
const v128Bytes = 16;

/** Collects a function's instructions and locals. */
interface Writer {
  readonly code: number[];
  readonly locals: WasmType[];
  emit(...bytes: number[]): void;
  /** Declares a local and returns its index. */
  local(type: WasmType): number;
  get(index: number): void;
  set(index: number): void;
  simd(opcode: number): void;
  /** A SIMD load or store; its operands are on the stack. */
  memory(opcode: number, offset: number): void;
  zero(): void;
}

function createWriter(parameters: number): Writer {
  const code: number[] = [];
  const locals: WasmType[] = [];
  const emit = (...bytes: number[]): void => void code.push(...bytes);
  const writer: Writer = {
    code,
    locals,
    emit,
    local: (type) => parameters + locals.push(type) - 1,
    get: (index) => emit(op.localGet, ...unsigned(index)),
    set: (index) => emit(op.localSet, ...unsigned(index)),
    simd: (opcode) => emit(simdPrefix, ...unsigned(opcode)),
    memory(opcode, offset) {
      writer.simd(opcode);
      emit(floatAlignment, ...unsigned(offset));
    },
    zero() {
      writer.simd(simd.constant);
      emit(...Array<number>(v128Bytes).fill(0));
    },
  };
  return writer;
}

type Registers = Pick<VectorAssembler, 'vector' | 'splat' | 'pointer'>;
type Memory = Pick<VectorAssembler, 'load' | 'store' | 'broadcast' | 'prefetch' | 'loadPointer'>;
type Arithmetic = Pick<
  VectorAssembler,
  'zero' | 'multiply' | 'product' | 'divide' | 'squareRoot' | 'add' | 'subtract' | 'max' | 'rectify'
>;
type Selection = Pick<VectorAssembler, 'keepWherePositive' | 'takeWhereEqual'>;
type Flow = Pick<VectorAssembler, 'copy' | 'advance' | 'addPointer' | 'repeat' | 'loop'>;

export interface FunctionOptions {
  readonly lanes: 4 | 8;
  /**
   * Whether multiply-adds are relaxed SIMD's, which round once where the processor can; else they are a product and a sum,
   * for those who lack it. Default true.
   */
  readonly relaxed?: boolean;
}

/** Emits one kernel as a WebAssembly function. */
export function assembleFunction(
  source: KernelSource,
  { lanes, relaxed = true }: FunctionOptions,
): WasmFunction {
  const writer = createWriter(source.parameters);
  const parts = lanes / 4;
  const assembler: VectorAssembler = {
    lanes,
    ...registers(writer, parts),
    ...memory(writer, parts),
    ...arithmetic(writer, parts),
    multiplyAdd: relaxed ? relaxedMultiplyAdd(writer, parts) : roundedMultiplyAdd(writer, parts),
    ...selection(writer, parts),
    ...flow(writer),
  };
  const parameters = Array.from({ length: source.parameters }, (_, index) => index as Pointer);
  source.emit(assembler, parameters);
  return { name: source.name, parameters: source.parameters, locals: writer.locals, code: writer.code };
}

/** A vector's number is that of its first v128; the others follow it. */
function registers({ local }: Writer, parts: number): Registers {
  return {
    vector() {
      const first = local(wasmTypes.v128);
      for (let part = 1; part < parts; part++) local(wasmTypes.v128);
      return first as Vector;
    },
    splat: () => local(wasmTypes.v128) as Splat,
    pointer: () => local(wasmTypes.i32) as Pointer,
  };
}

function memory(writer: Writer, parts: number): Memory {
  const { emit, get, set } = writer;
  return {
    load(to, from, offset) {
      for (let part = 0; part < parts; part++) {
        get(from);
        writer.memory(simd.load, offset + part * v128Bytes);
        set(to + part);
      }
    },
    store(from, to, offset) {
      for (let part = 0; part < parts; part++) {
        get(to);
        get(from + part);
        writer.memory(simd.store, offset + part * v128Bytes);
      }
    },
    broadcast(to, from, offset) {
      get(from);
      writer.memory(simd.load32Splat, offset);
      set(to);
    },
    // WebAssembly has no such instruction.
    prefetch() {},
    loadPointer(to, from, offset) {
      get(from);
      emit(op.i32Load, floatAlignment, ...unsigned(offset));
      set(to);
    },
  };
}

function arithmetic(writer: Writer, parts: number): Arithmetic {
  const { get, set } = writer;
  /** to[part] = operation(a[part], b(part)) for each v128 of a vector. */
  const binary = (opcode: number, to: number, a: number, b: (part: number) => void): void => {
    for (let part = 0; part < parts; part++) {
      get(a + part);
      b(part);
      writer.simd(opcode);
      set(to + part);
    }
  };
  return {
    zero(to) {
      for (let part = 0; part < parts; part++) {
        writer.zero();
        set(to + part);
      }
    },
    multiply: (to, a, b) => binary(simd.multiply, to, a, () => get(b)),
    product: (to, a, b) => binary(simd.multiply, to, a, (part) => get(b + part)),
    divide: (to, a, b) => binary(simd.divide, to, a, (part) => get(b + part)),
    squareRoot: (to, a) => binary(simd.squareRoot, to, a, () => {}),
    add: (to, a, b) => binary(simd.add, to, a, (part) => get(b + part)),
    subtract: (to, a, b) => binary(simd.subtract, to, a, (part) => get(b + part)),
    max: (to, a, b) => binary(simd.pseudoMax, to, a, (part) => get(b + part)),
    rectify: (to, a) => binary(simd.pseudoMax, to, a, () => writer.zero()),
  };
}

function relaxedMultiplyAdd(writer: Writer, parts: number): VectorAssembler['multiplyAdd'] {
  const { get, set } = writer;
  return (to, a, b) => {
    for (let part = 0; part < parts; part++) {
      get(a);
      get(b + part);
      get(to + part);
      writer.simd(simd.relaxedMultiplyAdd);
      set(to + part);
    }
  };
}

function roundedMultiplyAdd(writer: Writer, parts: number): VectorAssembler['multiplyAdd'] {
  const { get, set } = writer;
  return (to, a, b) => {
    for (let part = 0; part < parts; part++) {
      get(a);
      get(b + part);
      writer.simd(simd.multiply);
      get(to + part);
      writer.simd(simd.add);
      set(to + part);
    }
  };
}

function selection(writer: Writer, parts: number): Selection {
  const { get, set } = writer;
  let mask: number | undefined;
  return {
    keepWherePositive(to, a, b) {
      for (let part = 0; part < parts; part++) {
        get(a + part);
        writer.zero();
        writer.simd(simd.greater);
        get(b + part);
        writer.simd(simd.and);
        set(to + part);
      }
    },
    takeWhereEqual(to, value, a, b) {
      mask ??= writer.local(wasmTypes.v128);
      for (let part = 0; part < parts; part++) {
        get(a + part);
        get(b + part);
        writer.simd(simd.equal);
        set(mask);
        get(to + part);
        get(value + part);
        get(mask);
        writer.simd(simd.and);
        writer.simd(simd.add);
        set(to + part);
        get(value + part);
        get(mask);
        writer.simd(simd.andNot);
        set(value + part);
      }
    },
  };
}

function flow({ emit, get, set, local }: Writer): Flow {
  /** Counts down from what `pushTimes` leaves on the stack. */
  const countedLoop = (pushTimes: () => void, body: () => void): void => {
    const left = local(wasmTypes.i32);
    pushTimes();
    set(left);
    emit(op.loop, noBlockType);
    body();
    get(left);
    emit(op.i32Const, ...signed(1), op.i32Sub, op.localTee, ...unsigned(left), op.branchIf, 0, op.end);
  };
  return {
    copy(to, from) {
      get(from);
      set(to);
    },
    advance(to, bytes) {
      if (bytes === 0) return;
      get(to);
      emit(op.i32Const, ...signed(bytes), op.i32Add);
      set(to);
    },
    addPointer(to, from) {
      get(to);
      get(from);
      emit(op.i32Add);
      set(to);
    },
    repeat(times, body) {
      if (times === 1) body();
      else countedLoop(() => emit(op.i32Const, ...signed(times)), body);
    },
    loop: (times, body) => countedLoop(() => get(times), body),
  };
}

/** The most that 32-bit addresses reach. */
const mostPages = 65536;

export interface ModuleOptions extends FunctionOptions {
  /** Whether the memory is shared between threads. Default true. */
  readonly shared?: boolean;
}

/** Emits all kernels into one module. */
export function assembleModule(
  sources: readonly KernelSource[],
  { shared = true, ...options }: ModuleOptions,
): Uint8Array<ArrayBuffer> {
  return wasmModule(
    sources.map((source) => assembleFunction(source, options)),
    { maximumPages: mostPages, shared },
  );
}
