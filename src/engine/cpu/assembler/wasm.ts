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
  multiply: 0xe6,
  pseudoMax: 0xeb,
  relaxedMultiplyAdd: 0x105,
} as const;

const noBlockType = 0x40;
const v128Bytes = 16;

/** Emits one kernel as a WebAssembly function, with vectors of 4 or 8 lanes. */
export function assembleFunction(source: KernelSource, lanes: 4 | 8): WasmFunction {
  const code: number[] = [];
  const locals: WasmType[] = [];
  const parts = lanes / 4;

  const emit = (...bytes: number[]): void => void code.push(...bytes);
  const local = (type: WasmType): number => source.parameters + locals.push(type) - 1;
  const get = (index: number): void => emit(op.localGet, ...unsigned(index));
  const set = (index: number): void => emit(op.localSet, ...unsigned(index));
  const vectorOp = (opcode: number): void => emit(0xfd, ...unsigned(opcode));
  const memory = (opcode: number, align: number, offset: number): void => {
    vectorOp(opcode);
    emit(align, ...unsigned(offset));
  };
  const zeroConstant = (): void => {
    vectorOp(simd.constant);
    emit(...Array<number>(v128Bytes).fill(0));
  };
  /** to[part] = operation(a[part], b[part]) for each v128 of a vector. */
  const binary = (opcode: number, to: number, a: number, b: number, bIsSplat = false): void => {
    for (let part = 0; part < parts; part++) {
      get(a + part);
      get(bIsSplat ? b : b + part);
      vectorOp(opcode);
      set(to + part);
    }
  };
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
  let scratch = -1;
  const scratchVector = (): number => {
    if (scratch < 0) scratch = local(wasmTypes.v128);
    return scratch;
  };

  const assembler: VectorAssembler = {
    lanes,
    vector() {
      const first = local(wasmTypes.v128);
      for (let part = 1; part < parts; part++) local(wasmTypes.v128);
      return first as Vector;
    },
    splat: () => local(wasmTypes.v128) as Splat,
    pointer: () => local(wasmTypes.i32) as Pointer,
    zero(to) {
      for (let part = 0; part < parts; part++) {
        zeroConstant();
        set(to + part);
      }
    },
    load(to, from, offset) {
      for (let part = 0; part < parts; part++) {
        get(from);
        memory(simd.load, 2, offset + part * v128Bytes);
        set(to + part);
      }
    },
    store(from, to, offset) {
      for (let part = 0; part < parts; part++) {
        get(to);
        get(from + part);
        memory(simd.store, 2, offset + part * v128Bytes);
      }
    },
    broadcast(to, from, offset) {
      get(from);
      memory(simd.load32Splat, 2, offset);
      set(to);
    },
    multiplyAdd(to, a, b) {
      for (let part = 0; part < parts; part++) {
        get(a);
        get(b + part);
        get(to + part);
        vectorOp(simd.relaxedMultiplyAdd);
        set(to + part);
      }
    },
    multiply: (to, a, b) => binary(simd.multiply, to, a, b, true),
    add: (to, a, b) => binary(simd.add, to, a, b),
    max: (to, a, b) => binary(simd.pseudoMax, to, a, b),
    rectify(to, a) {
      for (let part = 0; part < parts; part++) {
        get(a + part);
        zeroConstant();
        vectorOp(simd.pseudoMax);
        set(to + part);
      }
    },
    keepWherePositive(to, a, b) {
      for (let part = 0; part < parts; part++) {
        get(a + part);
        zeroConstant();
        vectorOp(simd.greater);
        get(b + part);
        vectorOp(simd.and);
        set(to + part);
      }
    },
    takeWhereEqual(to, value, a, b) {
      const mask = scratchVector();
      for (let part = 0; part < parts; part++) {
        get(a + part);
        get(b + part);
        vectorOp(simd.equal);
        set(mask);
        get(to + part);
        get(value + part);
        get(mask);
        vectorOp(simd.and);
        vectorOp(simd.add);
        set(to + part);
        get(value + part);
        get(mask);
        vectorOp(simd.andNot);
        set(value + part);
      }
    },
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
    loadPointer(to, from, offset) {
      get(from);
      emit(op.i32Load, 2, ...unsigned(offset));
      set(to);
    },
    repeat(times, body) {
      if (times === 1) body();
      else countedLoop(() => emit(op.i32Const, ...signed(times)), body);
    },
    loop: (times, body) => countedLoop(() => get(times), body),
  };

  const parameters = Array.from({ length: source.parameters }, (_, index) => index as Pointer);
  source.emit(assembler, parameters);
  return { name: source.name, parameters: source.parameters, locals, code };
}

/** Emits all kernels into one module. */
export function assembleModule(
  sources: readonly KernelSource[],
  lanes: 4 | 8,
  maximumPages: number,
): Uint8Array<ArrayBuffer> {
  return wasmModule(
    sources.map((source) => assembleFunction(source, lanes)),
    maximumPages,
  );
}
